package dev.millrace.kit.telemetry;

import dev.millrace.kit.telemetry.Hop.Kind;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins the steps of a job's trace. Off, which it is unless OpenTelemetry's own variables name an
 * endpoint, it costs nothing and loads nothing, and still every context is handed on.
 */
public interface Tracing extends AutoCloseable {
    /** Hands contexts on and makes no spans. */
    Tracing OFF = new Off();

    /**
     * On where {@code OTEL_EXPORTER_OTLP_ENDPOINT} (or {@code OTEL_EXPORTER_OTLP_TRACES_ENDPOINT})
     * is set; the other standard variables ({@code OTEL_SERVICE_NAME}, {@code OTEL_TRACES_SAMPLER},
     * {@code OTEL_BSP_*}, ...) decide the rest. A wrong setting leaves it off and says so: a
     * service never fails for its telemetry.
     *
     * @param service the service's name where {@code OTEL_SERVICE_NAME} does not say another
     */
    static Tracing fromEnvironment(Map<String, String> environment, String service) {
        if (!isWanted(environment)) {
            return OFF;
        }
        Logger log = LoggerFactory.getLogger(Tracing.class);
        try {
            Tracing tracing = OtlpTracing.start(environment, service);
            log.info("tracing=on service={}", service);
            return tracing;
        } catch (RuntimeException | LinkageError e) {
            log.error("tracing=off reason=\"{}\"", e.getMessage());
            return OFF;
        }
    }

    private static boolean isWanted(Map<String, String> environment) {
        boolean named =
                !environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "").isBlank()
                        || !environment
                                .getOrDefault("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
                                .isBlank();
        return named
                && !environment.getOrDefault("OTEL_SDK_DISABLED", "").equalsIgnoreCase("true")
                && !environment.getOrDefault("OTEL_TRACES_EXPORTER", "").equals("none");
    }

    /** Whether spans are made; saves computing attributes that nobody sees. */
    boolean isOn();

    /** Begins a step. Without a parent, it begins a trace. */
    Hop begin(Kind kind, String name, TraceContext parent);

    /** Hands over what is still waiting; bounded. */
    @Override
    void close();

    /** A record of a topic is worked on, in the trace that its headers name. */
    default Hop receive(ConsumerRecord<?, ?> record, String group) {
        return receive(
                TraceContext.of(record.headers()),
                record.topic(),
                record.partition(),
                record.offset(),
                group);
    }

    /** The same where there is no such object. */
    default Hop receive(
            TraceContext parent, String topic, int partition, long offset, String group) {
        if (!isOn()) {
            return new Hop.Passing(parent);
        }
        return messaging(Kind.CONSUMER, TelemetryNames.PROCESS, topic, parent)
                .set(TelemetryNames.PARTITION, Integer.toString(partition))
                .set(TelemetryNames.KAFKA_OFFSET, offset)
                .set(TelemetryNames.CONSUMER_GROUP, group);
    }

    /** A record is written to a topic and its acknowledgement awaited. */
    default Hop send(TraceContext parent, String topic) {
        return isOn()
                ? messaging(Kind.PRODUCER, TelemetryNames.SEND, topic, parent)
                : new Hop.Passing(parent);
    }

    private Hop messaging(Kind kind, String operation, String topic, TraceContext parent) {
        return begin(kind, operation + " " + topic, parent)
                .set(TelemetryNames.MESSAGING_SYSTEM, TelemetryNames.KAFKA)
                .set(TelemetryNames.OPERATION_NAME, operation)
                .set(TelemetryNames.OPERATION_TYPE, operation)
                .set(TelemetryNames.DESTINATION, topic);
    }

    /** Makes no spans. */
    final class Off implements Tracing {
        private static final Hop NO_TRACE = new Hop.Passing(TraceContext.NONE);

        private Off() {}

        @Override
        public boolean isOn() {
            return false;
        }

        @Override
        public Hop begin(Kind kind, String name, TraceContext parent) {
            return parent.traceparent().isEmpty() ? NO_TRACE : new Hop.Passing(parent);
        }

        @Override
        public void close() {}
    }
}
