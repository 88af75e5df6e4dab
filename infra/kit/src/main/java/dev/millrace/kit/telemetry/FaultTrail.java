package dev.millrace.kit.telemetry;

import java.util.StringJoiner;

/**
 * Where a failure came from, for a log that must not quote content: an exception's message may, its
 * class and place cannot.
 */
public final class FaultTrail {
    private static final int MAX_CAUSES = 4;
    private static final int MAX_FRAMES = 4;

    private FaultTrail() {}

    /** Classes from the outermost to the causes, each with its nearest frames; one line. */
    public static String of(Throwable failure) {
        StringJoiner trail = new StringJoiner(" <- ");
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            trail.add(at.getClass().getName() + frames(at));
            at = at.getCause();
        }
        return trail.toString();
    }

    private static String frames(Throwable failure) {
        StringJoiner frames = new StringJoiner(" ", "[", "]");
        StackTraceElement[] trace = failure.getStackTrace();
        for (int i = 0; i < Math.min(MAX_FRAMES, trace.length); i++) {
            frames.add(
                    trace[i].getClassName()
                            + "."
                            + trace[i].getMethodName()
                            + ":"
                            + trace[i].getLineNumber());
        }
        return frames.toString();
    }
}
