package dev.millrace.kit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void aTraceIsCarriedFromHeadersToHeaders() {
        // Given
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", PARENT.getBytes(StandardCharsets.US_ASCII));
        headers.add("tracestate", "a=b".getBytes(StandardCharsets.US_ASCII));
        headers.add("other", new byte[1]);

        // When
        TraceContext trace = TraceContext.of(headers);

        // Then
        assertThat(trace).isEqualTo(new TraceContext(Optional.of(PARENT), Optional.of("a=b")));
        assertThat(trace.headers())
                .extracting(
                        each ->
                                each.key()
                                        + "="
                                        + new String(each.value(), StandardCharsets.US_ASCII))
                .containsExactly("traceparent=" + PARENT, "tracestate=a=b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00-xyz-1-01", PARENT + "\nforged=line"})
    void whatIsNoTraceIsDroppedWithItsState(String parent) {
        assertThat(new TraceContext(Optional.of(parent), Optional.of("a=b")))
                .isEqualTo(TraceContext.NONE);
    }
}
