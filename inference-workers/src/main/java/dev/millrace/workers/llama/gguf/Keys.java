package dev.millrace.workers.llama.gguf;

import java.util.Map;
import java.util.Optional;

/** Typed access to the keys of a file; a key of another type than llama.cpp wants is refused. */
record Keys(Map<String, Value> values) {

    Keys {
        values = Map.copyOf(values);
    }

    String text(String key) throws InvalidGgufException {
        return optionalText(key).orElseThrow(() -> wrong(key, "is missing"));
    }

    Optional<String> optionalText(String key) throws InvalidGgufException {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case Value.Text text -> Optional.of(text.text());
            case Value other -> throw wrongType(key, other, "string");
        };
    }

    /** A uint32 that must be there, from {@code low} to {@code high}. */
    int number(String key, int low, int high) throws InvalidGgufException {
        return optionalNumber(key, low, high).orElseThrow(() -> wrong(key, "is missing"));
    }

    Optional<Integer> optionalNumber(String key, int low, int high) throws InvalidGgufException {
        Value value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof Value.Whole whole) || whole.code() != ValueType.UINT32) {
            throw wrongType(key, value, "uint32");
        }
        if (whole.number() < low || whole.number() > high) {
            throw wrong(key, "is " + whole.number() + ", allowed are " + low + " to " + high);
        }
        return Optional.of((int) whole.number());
    }

    /** A float32, if it is there, above zero and finite. */
    Optional<Double> optionalPositive(String key) throws InvalidGgufException {
        Value value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof Value.Real real) || real.code() != ValueType.FLOAT32) {
            throw wrongType(key, value, "float32");
        }
        if (!(real.number() > 0 && Double.isFinite(real.number()))) {
            throw wrong(key, "is " + real.number() + ", must be above zero");
        }
        return Optional.of(real.number());
    }

    void optionalFlag(String key) throws InvalidGgufException {
        Value value = values.get(key);
        if (value != null && !(value instanceof Value.Flag)) {
            throw wrongType(key, value, "bool");
        }
    }

    Vocabulary vocabulary() throws InvalidGgufException {
        return switch (values.get(HeaderReader.TOKENS)) {
            case null -> throw wrong(HeaderReader.TOKENS, "is missing");
            case Value.Tokens tokens -> tokens.vocabulary();
            case Value other -> throw wrongType(HeaderReader.TOKENS, other, "array of string");
        };
    }

    /** The length of an array whose elements have the wanted type, if it is there. */
    Optional<Long> arrayLength(String key, int elementCode) throws InvalidGgufException {
        Value value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Value.Many many && many.elementCode() == elementCode) {
            return Optional.of(many.count());
        }
        throw wrongType(key, value, "array of " + ValueType.name(elementCode));
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    static InvalidGgufException wrong(String key, String what) {
        return new InvalidGgufException("key " + key, what);
    }

    private static InvalidGgufException wrongType(String key, Value value, String wanted) {
        return wrong(key, "is " + value.typeName() + ", must be " + wanted);
    }
}
