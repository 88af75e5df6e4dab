package dev.millrace.ingress.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.serde.RegistryUnavailableException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SentTest {

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureTellsWhetherTheRecordMayBeThereAllTheSame(Throwable failure, Sent expected) {
        assertThat(Sent.failed(failure)).isEqualTo(expected);
        assertThat(Sent.failed(new CompletionException(failure))).isEqualTo(expected);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        new RecordTooLargeException("2 MiB"),
                        new Sent.Never("RecordTooLargeException")),
                Arguments.of(
                        new TimeoutException("expired"), new Sent.NotNow("TimeoutException", true)),
                Arguments.of(
                        new BufferExhaustedException("full"),
                        new Sent.NotNow("BufferExhaustedException", false)),
                Arguments.of(
                        new RegistryUnavailableException("down", null),
                        new Sent.NotNow("RegistryUnavailableException", false)),
                Arguments.of(
                        new SerializationException("the registry refuses the schema"),
                        new Sent.NotNow("SerializationException", false)),
                Arguments.of(
                        new TopicAuthorizationException("no"),
                        new Sent.NotNow("TopicAuthorizationException", false)));
    }
}
