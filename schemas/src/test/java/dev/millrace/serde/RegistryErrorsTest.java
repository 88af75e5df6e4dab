package dev.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.serde.RegistryErrors.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RegistryErrorsTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new RegistryUnavailableException("down", null), Kind.OUTAGE),
                Arguments.of(new UnknownSchemaIdException(7, "gone"), Kind.UNKNOWN_ID),
                Arguments.of(new RegistryAuthorizationException("no"), Kind.UNAUTHORIZED),
                Arguments.of(new SerializationException("bytes"), Kind.BAD_RECORD),
                Arguments.of(
                        new SerializationException(
                                "another maker's", new ConnectException("refused")),
                        Kind.OUTAGE),
                Arguments.of(
                        new SerializationException("cut short", new EOFException()),
                        Kind.BAD_RECORD),
                Arguments.of(new IllegalStateException("a bug"), Kind.OTHER));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureIsToldFromItself(RuntimeException failure, Kind kind) {
        assertThat(RegistryErrors.kindOf(failure)).isEqualTo(kind);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureIsToldThroughAConsumersWrapper(RuntimeException failure, Kind kind) {
        // Given
        @SuppressWarnings("deprecation")
        var wrapped =
                new RecordDeserializationException(
                        new TopicPartition("t", 0), 3, "wrapped", new RuntimeException(failure));

        // When
        Kind told = RegistryErrors.kindOf(wrapped);

        // Then
        assertThat(told).isEqualTo(kind);
    }

    /** As Confluent's serdes throw it. */
    private static final class RestClientException extends IOException {
        private static final long serialVersionUID = 1L;

        RestClientException(String message) {
            super(message);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Schema 7 not found.; error code: 40403, UNKNOWN_ID",
        "Unauthorized; error code: 401, UNAUTHORIZED",
        "User is denied; error code: 40301, UNAUTHORIZED",
        "Error in the backend data store; error code: 50001, OUTAGE",
        "Service Unavailable; error code: 503, OUTAGE",
        "Too Many Requests; error code: 429, OUTAGE",
        "Invalid schema; error code: 42201, BAD_RECORD"
    })
    void anAnswerInAnotherMakersSerdeIsTold(String message, Kind kind) {
        // Given
        var failure = new SerializationException("retrieving", new RestClientException(message));

        // When / Then
        assertThat(RegistryErrors.kindOf(failure)).isEqualTo(kind);
    }

    @Test
    void aCircleOfCausesEnds() {
        // Given
        RuntimeException one = new RuntimeException("one");
        RuntimeException two = new RuntimeException("two", one);
        one.initCause(two);

        // When / Then
        assertThat(RegistryErrors.kindOf(one)).isEqualTo(Kind.OTHER);
    }

    @Test
    void noFailureIsNoKind() {
        assertThat(RegistryErrors.kindOf(null)).isEqualTo(Kind.OTHER);
    }
}
