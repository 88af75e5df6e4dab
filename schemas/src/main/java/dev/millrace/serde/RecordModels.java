package dev.millrace.serde;

import org.apache.avro.Conversion;
import org.apache.avro.specific.SpecificData;

/**
 * How Avro sees a generated class: with the conversions of the class's own model, and with settings
 * that no system property changes.
 */
final class RecordModels {
    /** With the generated encoders, which are about twice as fast. */
    static SpecificData forWriting(Class<?> type) {
        SpecificData data = copy(type);
        data.setCustomCoders(true);
        return data;
    }

    /**
     * Without the generated decoders: they allocate as many elements as the bytes announce, which
     * five wrong bytes can make two billion. Avro's own readers first look whether so many can
     * follow.
     */
    static SpecificData forReading(Class<?> type) {
        SpecificData data = copy(type);
        data.setCustomCoders(false);
        data.setFastReaderEnabled(true);
        return data;
    }

    private static SpecificData copy(Class<?> type) {
        SpecificData data = new SpecificData(type.getClassLoader());
        for (Conversion<?> conversion : SpecificData.getForClass(type).getConversions()) {
            data.addLogicalTypeConversion(conversion);
        }
        return data;
    }

    private RecordModels() {}
}
