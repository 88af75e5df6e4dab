package dev.millrace.ingress.jobs;

import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.v1.JobCommand;
import java.util.concurrent.CompletableFuture;

/** Where checked jobs are written: the jobs topic. */
public interface JobLog {

    /** Ends within the delivery timeout, always with a value. */
    CompletableFuture<Sent> append(JobCommand command, TraceContext trace);
}
