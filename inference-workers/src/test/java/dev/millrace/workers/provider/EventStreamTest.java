package dev.millrace.workers.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.millrace.workers.provider.wire.BedrockWire;
import dev.millrace.workers.provider.wire.Said;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventStreamTest {
    private final List<ServerSentEvent> events = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();

    @Test
    void eventsComeWithTheirNamesAndPayloads() throws IOException {
        // When
        parse(bytes());

        // Then
        assertThat(events)
                .extracting(ServerSentEvent::event)
                .containsExactly(
                        "messageStart",
                        "contentBlockDelta",
                        "contentBlockStop",
                        "messageStop",
                        "metadata");
        assertThat(events.get(1).data()).contains("\"text\":\"grüße\"");
        assertThat(errors).isEmpty();
    }

    @Test
    void anExceptionIsAnError() {
        // When
        parse(BedrockWire.exception("throttlingException"));

        // Then
        assertThat(events.getFirst().event()).isEqualTo("error:throttlingException");
    }

    @Test
    void whereverItIsCutNothingIsMadeUp() throws IOException {
        byte[] whole = bytes();
        for (int length = 1; length < whole.length; length++) {
            // When
            events.clear();
            errors.clear();
            parse(Arrays.copyOf(whole, length));

            // Then
            assertThat(events.size()).isLessThan(5);
            assertThat(errors).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void aByteThatIsWrongIsFoundByTheChecksums() throws IOException {
        byte[] whole = bytes();
        for (int at = 0; at < whole.length; at++) {
            // When
            errors.clear();
            byte[] wrong = whole.clone();
            wrong[at] ^= 0x10;
            parse(wrong);

            // Then
            assertThat(errors).as("byte %d", at).hasSize(1);
        }
    }

    private static byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] frame : new BedrockWire().frames(Said.text("grüße"))) {
            bytes.write(frame);
        }
        return bytes.toByteArray();
    }

    private void parse(byte[] bytes) {
        new EventStream()
                .parse(
                        new ByteArrayInputStream(bytes),
                        new ServerSentEventListener() {
                            @Override
                            public void onEvent(ServerSentEvent event) {
                                events.add(event);
                            }

                            @Override
                            public void onError(Throwable error) {
                                errors.add(error);
                            }
                        });
    }
}
