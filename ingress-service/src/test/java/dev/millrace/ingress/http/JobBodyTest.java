package dev.millrace.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobBodyTest {

    @Test
    void everyFieldIsRead() throws BadBodyException {
        // Given
        String body =
                """
                {"model": "cloud", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
                 "max_tokens": 64, "temperature": 1, "top_p": 0.5, "seed": -9223372036854775808, "stop": ["END", "\\n"],
                 "priority": "interactive", "deadline_ms": 60000, "callback": {"url": "https://example.com/x"},
                 "reply": "acme-inbox", "metadata": {"order": "17"}, "tags": ["a"], "hints": {"vertical": "code"},
                 "conversation": "c-1"}
                """;

        // When
        InferenceJob job = read(body, Optional.of("key-1"));

        // Then
        assertThat(job.getModel()).isEqualTo("cloud");
        assertThat(job.getMessages())
                .extracting(m -> m.getRole() + ":" + m.getContent())
                .containsExactly("system:Be brief.", "user:Hi");
        assertThat(job.getMaxTokens()).contains(64);
        assertThat(job.getTemperature()).contains(1.0);
        assertThat(job.getTopP()).contains(0.5);
        assertThat(job.getSeed()).contains(Long.MIN_VALUE);
        assertThat(job.getStop()).containsExactly("END", "\n");
        assertThat(job.getPriority()).isEqualTo("interactive");
        assertThat(job.getDeadlineMs()).contains(60_000L);
        assertThat(job.getCallback().orElseThrow().getUrl()).isEqualTo("https://example.com/x");
        assertThat(job.getReply()).contains("acme-inbox");
        assertThat(job.getMetadata()).containsEntry("order", "17");
        assertThat(job.getTags()).containsExactly("a");
        assertThat(job.getHints()).containsEntry("vertical", "code");
        assertThat(job.getConversation()).contains("c-1");
        assertThat(job.getIdempotencyKey()).contains("key-1");
        assertThat(job.getTenant()).isEmpty();
    }

    @Test
    void whatIsAbsentOrNullHasTheContractsDefaults() throws BadBodyException {
        // When
        InferenceJob job =
                read(
                        "{\"messages\": [], \"max_tokens\": null, \"stop\": null, \"model\": null}",
                        Optional.empty());

        // Then
        assertThat(job.getModel()).isEqualTo("auto");
        assertThat(job.getPriority()).isEqualTo("standard");
        assertThat(job.getMaxTokens()).isEmpty();
        assertThat(job.getStop()).isEmpty();
        assertThat(job.getIdempotencyKey()).isEmpty();
    }

    @Test
    void oneStopTextNeedsNoArray() throws BadBodyException {
        assertThat(read("{\"stop\": \"END\"}", Optional.empty()).getStop()).containsExactly("END");
    }

    @Test
    void numbersBeyondTheirRangeAreLeftForTheChecksToRefuse() throws BadBodyException {
        // When
        InferenceJob job =
                read(
                        "{\"max_tokens\": 99999999999999999999, \"deadline_ms\": -99999999999999999999}",
                        Optional.empty());

        // Then
        assertThat(job.getMaxTokens()).contains(Integer.MAX_VALUE);
        assertThat(job.getDeadlineMs()).contains(Long.MIN_VALUE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"max_token\": 5}                               | unknown_field | max_token",
                "{\"tenant\": \"acme\"}                           | unknown_field | tenant",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\", \"name\": \"y\"}]} | unknown_field | messages[0].name",
                "{\"callback\": {\"url\": \"x\", \"secret\": \"y\"}} | unknown_field | callback.secret",
                "{\"model\": 5}                                   | wrong_type    | model",
                "{\"messages\": \"hello\"}                        | wrong_type    | messages",
                "{\"messages\": [\"hello\"]}                      | wrong_type    | messages[0]",
                "{\"messages\": [{\"role\": \"user\", \"content\": 1}]} | wrong_type | messages[0].content",
                "{\"messages\": [{\"content\": \"x\"}]}           | missing_field | messages[0].role",
                "{\"messages\": [{\"role\": \"user\"}]}           | missing_field | messages[0].content",
                "{\"max_tokens\": \"5\"}                          | wrong_type    | max_tokens",
                "{\"max_tokens\": 5.5}                            | wrong_type    | max_tokens",
                "{\"temperature\": \"hot\"}                       | wrong_type    | temperature",
                "{\"seed\": 9223372036854775808}                  | wrong_type    | seed",
                "{\"stop\": [\"a\", 1]}                           | wrong_type    | stop[1]",
                "{\"deadline_ms\": true}                          | wrong_type    | deadline_ms",
                "{\"callback\": \"https://example.com\"}          | wrong_type    | callback",
                "{\"callback\": {}}                               | missing_field | callback.url",
                "{\"metadata\": {\"a\": 1}}                       | wrong_type    | metadata.a",
                "{\"metadata\": []}                               | wrong_type    | metadata",
            })
    void aFieldThatIsUnknownOrOfAnotherTypeIsNamed(String body, String code, String field) {
        // When
        JobError error = error(body);

        // Then
        assertThat(error.getCode()).isEqualTo(code);
        assertThat(error.getField()).contains(field);
        assertThat(error.getLimit()).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''",
                "{",
                "[]",
                "5",
                "null",
                "{} {}",
                "{\"model\": \"a\", \"model\": \"b\"}",
                "{\"model\": secret}"
            })
    void whatIsNotOneJsonObjectIsMalformedAndNotQuoted(String body) {
        // When
        JobError error = error(body);

        // Then
        assertThat(error.getCode()).isEqualTo("malformed_json");
        assertThat(error.getDetail()).doesNotContain("secret");
    }

    /** No input makes anything but a job or a clear error. */
    @Property
    void anyBytesAreAJobOrAnError(@ForAll byte[] body) {
        try {
            assertThat(JobBody.read(body, Optional.empty())).isNotNull();
        } catch (BadBodyException e) {
            assertThat(e.error().getCode()).isNotBlank();
        }
    }

    private static InferenceJob read(String body, Optional<String> key) throws BadBodyException {
        return JobBody.read(body.getBytes(StandardCharsets.UTF_8), key);
    }

    private static JobError error(String body) {
        return catchThrowableOfType(BadBodyException.class, () -> read(body, Optional.empty()))
                .error();
    }
}
