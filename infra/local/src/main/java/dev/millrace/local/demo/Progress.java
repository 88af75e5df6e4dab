package dev.millrace.local.demo;

import java.io.PrintWriter;

/** One line that moves on a terminal; a line every few seconds elsewhere. */
final class Progress {
    private static final long LINE_EVERY_NANOS = 3_000_000_000L;
    private static final int WIDTH = 24;
    private final PrintWriter out;
    private final int jobs;
    private final int webhooks;
    private final boolean terminal = System.console() != null && System.console().isTerminal();
    private final long start = System.nanoTime();
    private long lastLine = start;

    Progress(PrintWriter out, int jobs, int webhooks) {
        this.out = out;
        this.jobs = jobs;
        this.webhooks = webhooks;
    }

    void show(int posted, int results, int delivered) {
        if (terminal) {
            out.print("\r" + line(posted, results, delivered));
            out.flush();
        } else if (System.nanoTime() - lastLine > LINE_EVERY_NANOS) {
            lastLine = System.nanoTime();
            out.println(line(posted, results, delivered));
            out.flush();
        }
    }

    void finish(int posted, int results, int delivered) {
        out.println((terminal ? "\r" : "") + line(posted, results, delivered));
        out.flush();
    }

    private String line(int posted, int results, int delivered) {
        int filled = jobs == 0 ? WIDTH : WIDTH * results / jobs;
        return "%5.1f s  [%s%s]  posted %d/%d  results %d/%d  webhooks %d/%d"
                .formatted(
                        (System.nanoTime() - start) / 1e9,
                        "#".repeat(Math.min(WIDTH, filled)),
                        ".".repeat(Math.max(0, WIDTH - filled)),
                        posted,
                        jobs,
                        results,
                        jobs,
                        delivered,
                        webhooks);
    }
}
