package dev.millrace.ingress.broker;

import dev.millrace.ingress.jobs.JobLog;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.JobCommand;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs topic. */
public final class KafkaJobLog implements JobLog {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaJobLog.class);
    private final JobsClient client;
    private final Tracing tracing;

    public KafkaJobLog(JobsClient client, Tracing tracing) {
        this.client = client;
        this.tracing = tracing;
    }

    @Override
    public CompletableFuture<Sent> append(JobCommand command, TraceContext trace) {
        Hop hop =
                tracing.send(trace, Topics.JOBS.name())
                        .set(TelemetryNames.JOB, command.getJobId())
                        .set(TelemetryNames.TENANT, command.getTenant());
        return written(command, hop.context())
                .whenComplete(
                        (sent, never) -> {
                            if (!(sent instanceof Sent.Acknowledged)) {
                                hop.failed("not_written");
                            }
                            hop.close();
                        });
    }

    private CompletableFuture<Sent> written(JobCommand command, TraceContext trace) {
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
                "job={} tenant={} written=false outcome={}",
                command.getJobId(),
                command.getTenant(),
                sent);
        return sent;
    }
}
