package dev.millrace.workers.llama.gguf;

/** The value of a key, as far as the checks need it. */
sealed interface Value {

    /** How GGUF calls the type, for messages. */
    String typeName();

    /** Any integer type. {@code code} tells them apart, since llama.cpp insists on some. */
    record Whole(int code, long number) implements Value {
        @Override
        public String typeName() {
            return ValueType.name(code);
        }
    }

    record Real(int code, double number) implements Value {
        @Override
        public String typeName() {
            return ValueType.name(code);
        }
    }

    record Flag(boolean set) implements Value {
        @Override
        public String typeName() {
            return "bool";
        }
    }

    record Text(String text) implements Value {
        @Override
        public String typeName() {
            return "string";
        }
    }

    /** An array whose elements have been walked over but not kept. */
    record Many(int elementCode, long count) implements Value {
        @Override
        public String typeName() {
            return "array of " + ValueType.name(elementCode);
        }
    }

    /** The array of token texts, which gets a closer look. */
    record Tokens(Vocabulary vocabulary) implements Value {
        @Override
        public String typeName() {
            return "array of string";
        }
    }
}
