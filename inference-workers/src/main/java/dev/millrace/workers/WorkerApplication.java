package dev.millrace.workers;

import io.micronaut.runtime.Micronaut;

/** Starts a worker for the lane that {@code MILLRACE_LANE} names. */
public final class WorkerApplication {
    public static void main(String[] args) {
        Micronaut.run(WorkerApplication.class, args);
    }

    private WorkerApplication() {}
}
