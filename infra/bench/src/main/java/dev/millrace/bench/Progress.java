package dev.millrace.bench;

import java.io.PrintStream;

/** Tells who waits what is going on, with the seconds since the start. */
final class Progress {
    private final PrintStream out;
    private final long start = System.nanoTime();

    Progress(PrintStream out) {
        this.out = out;
    }

    void say(String format, Object... values) {
        out.printf("%5.0f s  %s%n", (System.nanoTime() - start) / 1e9, format.formatted(values));
        out.flush();
    }
}
