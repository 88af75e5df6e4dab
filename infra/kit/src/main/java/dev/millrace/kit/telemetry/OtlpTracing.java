package dev.millrace.kit.telemetry;

import dev.millrace.kit.telemetry.Hop.Kind;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Spans by OpenTelemetry's SDK, sent in batches over OTLP (HTTP, protobuf) from a bounded queue:
 * what a slow or dead collector does not take is dropped, and nobody waits for it.
 */
final class OtlpTracing implements Tracing {
    private static final String SCOPE = "dev.millrace";
    private static final long CLOSE_SECONDS = 2;
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;

    OtlpTracing(OpenTelemetrySdk sdk) {
        this.sdk = sdk;
        this.tracer = sdk.getTracer(SCOPE);
    }

    static OtlpTracing start(Map<String, String> environment, String service) {
        SdkLog.toSlf4j();
        return new OtlpTracing(
                AutoConfiguredOpenTelemetrySdk.builder()
                        .disableShutdownHook()
                        .addPropertiesSupplier(() -> defaults(service))
                        .addPropertiesCustomizer(config -> settings(environment))
                        .build()
                        .getOpenTelemetrySdk());
    }

    @Override
    public boolean isOn() {
        return true;
    }

    @Override
    public Hop begin(Kind kind, String name, TraceContext parent) {
        Span span =
                tracer.spanBuilder(name)
                        .setSpanKind(SpanKind.valueOf(kind.name()))
                        .setParent(W3C.extract(Context.root(), parent, READ))
                        .startSpan();
        return new SpanHop(span);
    }

    @Override
    public void close() {
        var _ = sdk.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    /** Only traces, and over the one transport that is on the class path. */
    private static Map<String, String> defaults(String service) {
        return Map.of(
                "otel.service.name", service,
                "otel.exporter.otlp.protocol", "http/protobuf",
                "otel.metrics.exporter", "none",
                "otel.logs.exporter", "none");
    }

    /** OTEL_A_B is otel.a.b. */
    private static Map<String, String> settings(Map<String, String> environment) {
        Map<String, String> settings = new HashMap<>();
        environment.forEach(
                (name, value) -> {
                    if (name.startsWith("OTEL_") && !value.isBlank()) {
                        settings.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
                    }
                });
        return settings;
    }

    private static final TextMapGetter<TraceContext> READ =
            new TextMapGetter<>() {
                @Override
                public Iterable<String> keys(TraceContext carrier) {
                    return carrier.asMap().keySet();
                }

                @Override
                public @Nullable String get(@Nullable TraceContext carrier, String key) {
                    return carrier == null ? null : carrier.asMap().get(key);
                }
            };

    /** A span, and its place in the trace as text. */
    private static final class SpanHop implements Hop {
        private final Span span;
        private final TraceContext context;

        SpanHop(Span span) {
            this.span = span;
            Map<String, String> headers = new HashMap<>();
            W3C.inject(Context.root().with(span), headers, OtlpTracing::put);
            this.context =
                    new TraceContext(
                            Optional.ofNullable(headers.get(TraceContext.PARENT)),
                            Optional.ofNullable(headers.get(TraceContext.STATE)));
        }

        @Override
        public TraceContext context() {
            return context;
        }

        @Override
        public Hop set(String name, String value) {
            span.setAttribute(name, value);
            return this;
        }

        @Override
        public Hop set(String name, long value) {
            span.setAttribute(name, value);
            return this;
        }

        @Override
        public Hop set(String name, double value) {
            span.setAttribute(name, value);
            return this;
        }

        @Override
        public Hop set(String name, List<String> values) {
            span.setAttribute(AttributeKey.stringArrayKey(name), values);
            return this;
        }

        @Override
        public Hop failed(String type) {
            span.setAttribute(TelemetryNames.ERROR_TYPE, type);
            span.setStatus(StatusCode.ERROR);
            return this;
        }

        @Override
        public void close() {
            span.end();
        }
    }

    private static void put(@Nullable Map<String, String> headers, String key, String value) {
        if (headers != null) {
            headers.put(key, value);
        }
    }
}
