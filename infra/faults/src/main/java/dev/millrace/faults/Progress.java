package dev.millrace.faults;

import java.io.PrintStream;

/** One line for each thing that happens, with the time since the start. */
final class Progress {
    private final PrintStream out;
    private final long start = System.nanoTime();

    Progress(PrintStream out) {
        this.out = out;
    }

    void say(String format, Object... values) {
        out.printf(
                "%6.1f s  %s%n", (System.nanoTime() - start) / 1e9, String.format(format, values));
    }
}
