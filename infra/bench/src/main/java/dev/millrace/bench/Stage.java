package dev.millrace.bench;

import java.util.Locale;

/** The topics that a job passes, in order; both lines have the same five. */
enum Stage {
    INTAKE,
    JOBS,
    LANE,
    OUTCOMES,
    RESULTS;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
