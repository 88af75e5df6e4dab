package dev.millrace.kit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TracingTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final TraceContext CALLER =
            new TraceContext(
                    Optional.of("00-" + TRACE + "-b7ad6b7169203331-01"), Optional.of("a=b"));

    @Test
    void offHandsEveryContextOnAndMakesNoTrace() {
        // Given
        Tracing tracing = Tracing.fromEnvironment(Map.of(), "any");

        // When
        Hop hop = tracing.begin(Hop.Kind.SERVER, "in", CALLER).set("a", "b").failed("c");

        // Then
        assertThat(tracing.isOn()).isFalse();
        assertThat(hop.context()).isEqualTo(CALLER);
        assertThat(tracing.send(CALLER, "millrace.jobs").context()).isEqualTo(CALLER);
        assertThat(tracing.begin(Hop.Kind.SERVER, "in", TraceContext.NONE).context())
                .isEqualTo(TraceContext.NONE);
    }

    @Test
    void aHopContinuesTheCallersTraceAndItsContextNamesItselfAsTheParent() {
        // Given
        InMemorySpanExporter spans = InMemorySpanExporter.create();
        Tracing tracing = inMemory(spans);
        ConsumerRecord<String, String> record =
                new ConsumerRecord<>("millrace.jobs", 3, 42, "acme", "value");
        CALLER.headers().forEach(record.headers()::add);

        // When
        Hop received = tracing.receive(record, "millrace-classifier");
        Hop sent = tracing.send(received.context(), "millrace.results").failed("not_written");
        sent.close();
        received.close();

        // Then
        List<SpanData> made = spans.getFinishedSpanItems();
        assertThat(made).extracting(SpanData::getTraceId).containsOnly(TRACE);
        SpanData second = made.getFirst();
        SpanData first = made.getLast();
        assertThat(first.getName()).isEqualTo("process millrace.jobs");
        assertThat(first.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(first.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(first.getAttributes().asMap())
                .containsEntry(AttributeKey.stringKey("messaging.system"), "kafka")
                .containsEntry(
                        AttributeKey.stringKey("messaging.destination.name"), "millrace.jobs")
                .containsEntry(AttributeKey.stringKey("messaging.destination.partition.id"), "3")
                .containsEntry(AttributeKey.longKey("messaging.kafka.offset"), 42L)
                .containsEntry(
                        AttributeKey.stringKey("messaging.consumer.group.name"),
                        "millrace-classifier");
        assertThat(second.getParentSpanId()).isEqualTo(first.getSpanId());
        assertThat(second.getStatus()).isEqualTo(StatusData.error());
        assertThat(sent.context())
                .isEqualTo(
                        new TraceContext(
                                Optional.of("00-" + TRACE + "-" + second.getSpanId() + "-01"),
                                Optional.of("a=b")));
    }

    @Test
    void withoutACallersTraceOneBegins() {
        // When
        Hop hop =
                inMemory(InMemorySpanExporter.create())
                        .begin(Hop.Kind.SERVER, "in", TraceContext.NONE);

        // Then
        assertThat(hop.context().traceparent()).isPresent();
    }

    @Test
    @Timeout(30)
    void spansReachTheCollectorThatTheEnvironmentNames() throws Exception {
        // Given
        List<String> bodies = new CopyOnWriteArrayList<>();
        HttpServer collector = HttpServer.create(loopback(0), 16);
        collector.createContext(
                "/v1/traces",
                exchange -> {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    bodies.add(new String(body, StandardCharsets.ISO_8859_1));
                    exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        collector.start();
        try (Tracing tracing =
                Tracing.fromEnvironment(endpoint(collector.getAddress().getPort()), "kit-test")) {
            // When
            tracing.begin(Hop.Kind.CLIENT, "a span to send", CALLER).close();
        } finally {
            collector.stop(1);
        }

        // Then
        assertThat(bodies).singleElement().asString().contains("a span to send", "kit-test");
    }

    @Test
    @Timeout(30)
    void aDeadCollectorHarmsNothing() throws Exception {
        // Given
        Tracing tracing = Tracing.fromEnvironment(endpoint(closedPort()), "kit-test");
        long start = System.nanoTime();

        // When: far more than the queue holds
        for (int i = 0; i < 20_000; i++) {
            tracing.begin(Hop.Kind.INTERNAL, "lost", CALLER).close();
        }
        tracing.close();

        // Then
        assertThat(tracing.isOn()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void aSettingThatCannotWorkLeavesTracingOff() {
        // When
        Tracing tracing =
                Tracing.fromEnvironment(
                        Map.of(
                                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317",
                                "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
                        "kit-test");

        // Then
        assertThat(tracing.isOn()).isFalse();
    }

    private static Tracing inMemory(InMemorySpanExporter spans) {
        return new OtlpTracing(
                OpenTelemetrySdk.builder()
                        .setTracerProvider(
                                SdkTracerProvider.builder()
                                        .addSpanProcessor(SimpleSpanProcessor.create(spans))
                                        .build())
                        .build());
    }

    private static Map<String, String> endpoint(int port) {
        return Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + port);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
