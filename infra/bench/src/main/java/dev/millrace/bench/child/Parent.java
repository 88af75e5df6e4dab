package dev.millrace.bench.child;

import java.io.IOException;

/** The other side of a child process: it is told when this one is ready, and ends it. */
public final class Parent {
    /** The line that says that a child is ready. */
    public static final String READY = "ready";

    public static void tellReady() {
        System.out.println(READY);
        System.out.flush();
    }

    /** Returns when the parent has closed its end of our input, or is gone. */
    public static void awaitEnd() throws IOException {
        while (System.in.read() >= 0) {
            continue;
        }
    }

    private Parent() {}
}
