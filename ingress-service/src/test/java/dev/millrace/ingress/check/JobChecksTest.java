package dev.millrace.ingress.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.Examples;
import dev.millrace.job.Messages;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Message;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JobChecksTest {

    @Test
    void aPlainJobIsAcceptedWithItsTenantWrittenIn() {
        // Given
        InferenceJob job = Examples.job("What is a lane?");

        // When
        Checked checked = JobChecks.check(job, Examples.ACME, Examples.CATALOG);

        // Then
        assertThat(checked)
                .isInstanceOfSatisfying(
                        Checked.Accepted.class,
                        accepted -> {
                            assertThat(accepted.submission().getJob().getTenant())
                                    .isEqualTo("acme");
                            assertThat(accepted.submission().getFingerprint())
                                    .isEqualTo(Fingerprint.of(job));
                        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongJobs")
    void aWrongJobIsRefusedWithItsCodeFieldAndLimit(
            String code, String field, String limit, UnaryOperator<InferenceJob.Builder> change) {
        // Given
        InferenceJob job = change.apply(Examples.job()).build();

        // When
        Checked checked = JobChecks.check(job, Examples.ACME, Examples.CATALOG);

        // Then
        JobError error = refusal(checked);
        assertThat(error.getCode()).isEqualTo(code);
        assertThat(error.getField()).contains(field);
        assertThat(error.getLimit()).contains(limit);
        assertThat(error.getDetail()).isNotBlank();
    }

    static Stream<Arguments> wrongJobs() {
        return Stream.of(
                wrong("tenant_mismatch", "tenant", "acme", job -> job.setTenant("other")),
                wrong(
                        "unknown_model",
                        "model",
                        "auto, cloud, guide-llama, llama",
                        job -> job.setModel("gpt-9")),
                wrong(
                        "unknown_model",
                        "model",
                        "auto, cloud, guide-llama, llama",
                        job -> job.setModel("")),
                wrong(
                        "invalid_role",
                        "messages[1].role",
                        "system, user, assistant, tool or developer",
                        job ->
                                job.setMessages(
                                        List.of(
                                                Examples.message("hello"),
                                                Messages.of("root", "hello")))),
                wrong(
                        "empty_prompt",
                        "messages",
                        "at least one message with content",
                        job -> job.setMessages(List.of())),
                wrong(
                        "empty_prompt",
                        "messages",
                        "at least one message with content",
                        job -> job.setMessages(List.of(Examples.message("  \n")))),
                wrong(
                        "prompt_too_large",
                        "messages",
                        "1000 bytes",
                        job ->
                                job.setMessages(
                                        Collections.nCopies(2, Examples.message("é".repeat(251))))),
                wrong(
                        "max_tokens_out_of_range",
                        "max_tokens",
                        "1..256",
                        job -> job.setMaxTokens(0)),
                wrong(
                        "max_tokens_out_of_range",
                        "max_tokens",
                        "1..256",
                        job -> job.setMaxTokens(257)),
                wrong(
                        "max_tokens_out_of_range",
                        "max_tokens",
                        "1..128",
                        job -> job.setModel("llama").setMaxTokens(129)),
                wrong(
                        "invalid_temperature",
                        "temperature",
                        "0..2",
                        job -> job.setTemperature(2.01)),
                wrong(
                        "invalid_temperature",
                        "temperature",
                        "0..2",
                        job -> job.setTemperature(Double.NaN)),
                wrong("invalid_top_p", "top_p", "above 0, at most 1", job -> job.setTopP(0.0)),
                wrong(
                        "invalid_stop",
                        "stop",
                        "4 texts of 1..256 characters",
                        job -> job.setStop(List.of(""))),
                wrong(
                        "invalid_stop",
                        "stop",
                        "4 texts of 1..256 characters",
                        job -> job.setStop(Collections.nCopies(5, "x"))),
                wrong(
                        "invalid_priority",
                        "priority",
                        "interactive or standard",
                        job -> job.setPriority("urgent")),
                wrong(
                        "invalid_deadline",
                        "deadline_ms",
                        "1..7200000",
                        job -> job.setDeadlineMs(0L)),
                wrong(
                        "invalid_deadline",
                        "deadline_ms",
                        "1..7200000",
                        job -> job.setDeadlineMs(7_200_001L)),
                wrong(
                        "unknown_reply",
                        "reply",
                        "acme-inbox, acme-audit",
                        job -> job.setReply("other-inbox")),
                wrong(
                        "invalid_callback",
                        "callback.url",
                        URL_LIMIT,
                        job -> job.setCallback(new Callback("ftp://example.com/x"))),
                wrong(
                        "invalid_callback",
                        "callback.url",
                        URL_LIMIT,
                        job -> job.setCallback(new Callback("https://u:p@example.com/"))),
                wrong(
                        "invalid_callback",
                        "callback.url",
                        URL_LIMIT,
                        job -> job.setCallback(new Callback("https:///path"))),
                wrong(
                        "invalid_callback",
                        "callback.url",
                        URL_LIMIT,
                        job -> job.setCallback(new Callback("not a url"))),
                wrong(
                        "idempotency_key_too_long",
                        "idempotency_key",
                        "255 characters",
                        job -> job.setIdempotencyKey("k".repeat(256))),
                wrong(
                        "invalid_idempotency_key",
                        "idempotency_key",
                        "1..255 characters, none of them a control character",
                        job -> job.setIdempotencyKey(" ")),
                wrong(
                        "metadata_too_large",
                        "metadata",
                        "64 entries, 16384 bytes",
                        job -> job.setMetadata(Map.of("a", "x".repeat(16_384)))),
                wrong(
                        "hints_too_large",
                        "hints",
                        "16 entries, 4096 bytes",
                        job -> job.setHints(Map.of("a", "x".repeat(4_096)))),
                wrong(
                        "invalid_tags",
                        "tags",
                        "32 tags of 1..128 characters",
                        job -> job.setTags(List.of("x".repeat(129)))),
                wrong(
                        "invalid_conversation",
                        "conversation",
                        "1..255 characters",
                        job -> job.setConversation("x".repeat(256))),
                wrong(
                        "invalid_character",
                        "metadata",
                        TEXT_LIMIT,
                        job -> job.setMetadata(Map.of("a", "b\0"))),
                wrong(
                        "invalid_character",
                        "messages",
                        TEXT_LIMIT,
                        job -> job.setMessages(List.of(Examples.message("a\0b")))),
                wrong(
                        "invalid_character",
                        "messages",
                        TEXT_LIMIT,
                        job -> job.setMessages(List.of(Examples.message("a\ud800b")))),
                wrong(
                        "invalid_character",
                        "tags",
                        TEXT_LIMIT,
                        job -> job.setTags(List.of("\udc00\ud800"))),
                wrong(
                        "invalid_character",
                        "callback.url",
                        TEXT_LIMIT,
                        job -> job.setCallback(new Callback("https://example.com/\ud800"))));
    }

    private static final String TEXT_LIMIT = "text without U+0000 and lone surrogates";

    private static final String URL_LIMIT =
            "an http or https URL of at most 2048 characters, with a host and without user name or fragment";

    private static Arguments wrong(
            String code, String field, String limit, UnaryOperator<InferenceJob.Builder> change) {
        return Arguments.of(code, field, limit, change);
    }

    @Test
    void aCallbackOfATenantWithoutWebhookSecretIsRefused() {
        // Given
        InferenceJob job =
                Examples.job().setCallback(new Callback("https://example.com/hook")).build();

        // When
        Checked checked = JobChecks.check(job, Examples.OTHER, Examples.CATALOG);

        // Then
        assertThat(refusal(checked).getCode()).isEqualTo("callback_unsigned");
        assertThat(refusal(checked).getField()).contains("callback");
    }

    @Test
    void aWholeSurrogatePairIsText() {
        // Given
        InferenceJob job =
                Examples.job().setMessages(List.of(Examples.message("\ud83d\ude80"))).build();

        // When
        Checked checked = JobChecks.check(job, Examples.ACME, Examples.CATALOG);

        // Then
        assertThat(checked).isInstanceOf(Checked.Accepted.class);
    }

    @Test
    void everyFieldAtItsLimitIsAccepted() {
        // Given
        InferenceJob job =
                Examples.job()
                        .setTenant("acme")
                        .setModel("llama")
                        .setMessages(List.of(Examples.message("x".repeat(1_000))))
                        .setMaxTokens(128)
                        .setTemperature(2.0)
                        .setTopP(1.0)
                        .setStop(Collections.nCopies(4, "s".repeat(256)))
                        .setPriority("interactive")
                        .setDeadlineMs(7_200_000L)
                        .setReply("acme-audit")
                        .setCallback(new Callback("http://127.0.0.1:8080/hook?x=1"))
                        .setIdempotencyKey("k".repeat(255))
                        .setMetadata(Map.of("a", "x".repeat(16_383)))
                        .build();

        // When
        Checked checked = JobChecks.check(job, Examples.ACME, Examples.CATALOG);

        // Then
        assertThat(checked).isInstanceOf(Checked.Accepted.class);
    }

    /** The limit is on bytes, whatever the characters are. */
    @Property
    void aPromptIsAcceptedExactlyUpToTheLimitInBytes(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 400) Integer> lengths) {
        List<Message> messages =
                lengths.stream().map(n -> Examples.message("ü".repeat(n))).toList();
        int bytes = lengths.stream().mapToInt(n -> 2 * n).sum();

        Checked checked =
                JobChecks.check(
                        Examples.job().setMessages(messages).build(),
                        Examples.ACME,
                        Examples.CATALOG);

        assertThat(checked instanceof Checked.Accepted).isEqualTo(bytes <= 1_000);
    }

    /**
     * No word of a record makes it another tenant's, and no name reaches another tenant's reply
     * topic.
     */
    @Property
    void anAcceptedJobIsAlwaysItsOwnTenants(@ForAll String claimed, @ForAll String reply) {
        InferenceJob job = Examples.job().setTenant(claimed).setReply(reply).build();

        Checked checked = JobChecks.check(job, Examples.ACME, Examples.CATALOG);

        if (checked instanceof Checked.Accepted accepted) {
            assertThat(accepted.submission().getJob().getTenant()).isEqualTo("acme");
            assertThat(accepted.submission().getJob().getReply())
                    .get()
                    .isIn("acme-inbox", "acme-audit");
        }
    }

    private static JobError refusal(Checked checked) {
        return ((Checked.Refused) checked).error();
    }
}
