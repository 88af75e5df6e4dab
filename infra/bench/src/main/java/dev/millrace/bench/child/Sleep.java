package dev.millrace.bench.child;

/** How a job says how long it takes. */
public final class Sleep {
    static final String PREFIX = "sleep ";

    /** The prompt of a job that takes so long. */
    public static String prompt(long millis) {
        return PREFIX + millis;
    }

    private Sleep() {}
}
