package dev.millrace.serde;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Values of any schema, as Avro's generic classes hold them. */
final class RandomData {
    private static final Arbitrary<String> TEXT =
            Arbitraries.strings()
                    .withCharRange(' ', '~')
                    .withCharRange('\u00a0', '\u07ff')
                    .withChars('\u0000', '\n', '\u4e2d', '\uffee')
                    .ofMaxLength(40);

    static Arbitrary<Object> of(Schema schema) {
        return switch (schema.getType()) {
            case RECORD -> record(schema);
            case ENUM ->
                    Arbitraries.of(schema.getEnumSymbols())
                            .map(symbol -> new GenericData.EnumSymbol(schema, symbol));
            case ARRAY ->
                    of(schema.getElementType())
                            .list()
                            .ofMaxSize(4)
                            .map(list -> new GenericData.Array<>(schema, list));
            case MAP -> Arbitraries.maps(TEXT, of(schema.getValueType())).ofMaxSize(4).map(m -> m);
            case UNION -> union(schema);
            case STRING -> TEXT.map(text -> text);
            case INT -> Arbitraries.integers().map(number -> number);
            case LONG -> Arbitraries.longs().map(number -> number);
            case DOUBLE -> Arbitraries.doubles().map(number -> number);
            case FLOAT -> Arbitraries.floats().map(number -> number);
            case BOOLEAN -> Arbitraries.of(true, false).map(flag -> flag);
            case NULL, FIXED, BYTES ->
                    throw new IllegalArgumentException("the contract has no " + schema.getType());
        };
    }

    private static Arbitrary<Object> union(Schema schema) {
        List<Arbitrary<Object>> branches =
                schema.getTypes().stream()
                        .filter(branch -> branch.getType() != Schema.Type.NULL)
                        .map(RandomData::of)
                        .toList();
        return Arbitraries.oneOf(branches).injectNull(schema.isNullable() ? 0.3 : 0);
    }

    private static Arbitrary<Object> record(Schema schema) {
        List<Arbitrary<Object>> fields =
                schema.getFields().stream().map(field -> of(field.schema())).toList();
        return Combinators.combine(fields)
                .as(
                        values -> {
                            GenericData.Record record = new GenericData.Record(schema);
                            for (int i = 0; i < values.size(); i++) {
                                record.put(i, values.get(i));
                            }
                            return record;
                        });
    }

    private RandomData() {}
}
