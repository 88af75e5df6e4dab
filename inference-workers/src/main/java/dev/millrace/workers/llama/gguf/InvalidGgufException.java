package dev.millrace.workers.llama.gguf;

/** A file that must not be given to llama.cpp; says where in the file and what is wrong. */
public final class InvalidGgufException extends Exception {

    private static final long serialVersionUID = 1;

    private final String where;
    private final String what;

    InvalidGgufException(String where, String what) {
        super(where + ": " + what, null, false, false);
        this.where = where;
        this.what = what;
    }

    /** A byte position, key or tensor. */
    public String where() {
        return where;
    }

    public String what() {
        return what;
    }
}
