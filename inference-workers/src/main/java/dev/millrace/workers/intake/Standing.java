package dev.millrace.workers.intake;

/**
 * Where an unfinished record stands, as a commit tells the partition's next owner.
 *
 * @param runner the process that runs it, by the number it drew at its start; 0 where none does
 */
public record Standing(Kind kind, long runner) {

    /** Its order is the wire format's. */
    public enum Kind {
        /** Nobody has started it. */
        WAITING,
        /** It ran in a worker that died, and nobody runs it now. */
        SUSPECT,
        /** A worker runs it. */
        RUNNING,
        /** A worker runs it although one has died with it before. */
        TRIED
    }

    public static final Standing WAITING = new Standing(Kind.WAITING, 0);
    public static final Standing SUSPECT = new Standing(Kind.SUSPECT, 0);

    public Standing {
        if (hasRunner(kind) == (runner == 0)) {
            throw new IllegalArgumentException("kind=" + kind + " with runner=" + runner);
        }
    }

    public static Standing running(long runner) {
        return new Standing(Kind.RUNNING, runner);
    }

    public static Standing tried(long runner) {
        return new Standing(Kind.TRIED, runner);
    }

    static boolean hasRunner(Kind kind) {
        return switch (kind) {
            case RUNNING, TRIED -> true;
            case WAITING, SUSPECT -> false;
        };
    }

    /** The same record once this process runs it. */
    Standing startedBy(long self) {
        return switch (kind) {
            case WAITING -> running(self);
            case SUSPECT -> tried(self);
            // what another one died with is only reported here, not run
            case RUNNING, TRIED -> this;
        };
    }
}
