package dev.millrace.ingress.broker;

import dev.millrace.ingress.jobs.JobLog;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.ingress.jobs.TraceContext;
import dev.millrace.topics.Topics;
import dev.millrace.v1.JobCommand;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs topic. */
public final class KafkaJobLog implements JobLog {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaJobLog.class);
    private final JobsClient client;

    public KafkaJobLog(JobsClient client) {
        this.client = client;
    }

    @Override
    public CompletableFuture<Sent> append(JobCommand command, TraceContext trace) {
        try {
            return client.send(Topics.JOBS.name(), command.getTenant(), command, trace.headers())
                    .handle(
                            (written, failure) ->
                                    failure == null
                                            ? new Sent.Acknowledged()
                                            : failed(command, failure));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(failed(command, e));
        }
    }

    private static Sent failed(JobCommand command, Throwable failure) {
        Sent sent = Sent.failed(failure);
        LOG.warn(
                "job=not_written job_id={} tenant={} outcome={}",
                command.getJobId(),
                command.getTenant(),
                sent);
        return sent;
    }
}
