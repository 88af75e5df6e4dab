package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.workers.llama.EngineReply.Completed;
import dev.millrace.workers.llama.EngineReply.Failed;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.FinishReason;
import dev.millrace.workers.llama.EngineReply.Refused;
import dev.millrace.workers.llama.EngineReply.StopCause;
import dev.millrace.workers.llama.EngineReply.Stopped;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GenerationTest {

    private static final int CONTEXT = 40;

    private final StringBuilder streamed = new StringBuilder();
    private final AtomicLong clock = new AtomicLong();

    @Test
    void anAnswerIsStreamedAndCounted() {
        // Given
        ScriptedModel model = new ScriptedModel(" Yes, it is.", CONTEXT);

        // When
        EngineReply reply = answer(model, EngineRequest.asking("a", " is it? "));

        // Then
        assertThat(reply)
                .isEqualTo(
                        new Completed(
                                "Yes, it is.",
                                FinishReason.STOP,
                                new EngineUsage(11, 12, OptionalLong.of(1), 2)));
        assertThat(streamed).hasToString("Yes, it is.");
        assertThat(model.read).hasSize(11 + 12);
        assertThat(model.forgotten).isEqualTo(1);
    }

    @Test
    void anAnswerEndsAtTheMostTokensAllowed() {
        // When
        EngineReply reply =
                answer(
                        new ScriptedModel("abcdef", CONTEXT),
                        EngineRequest.asking("a", "?").withMaxTokens(3));

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Completed.class,
                        completed -> {
                            assertThat(completed.text()).isEqualTo("abc");
                            assertThat(completed.finishReason()).isEqualTo(FinishReason.LENGTH);
                            assertThat(completed.usage().outputTokens()).isEqualTo(3);
                        });
    }

    @Test
    void anAnswerEndsWhenTheContextIsFull() {
        // Given: the prompt is "Q: ?A:", six tokens
        ScriptedModel model = new ScriptedModel("x".repeat(100), CONTEXT);

        // When
        EngineReply reply = answer(model, EngineRequest.asking("a", "?"));

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Completed.class,
                        completed -> {
                            assertThat(completed.finishReason()).isEqualTo(FinishReason.LENGTH);
                            assertThat(completed.usage().outputTokens()).isEqualTo(CONTEXT - 6);
                        });
        assertThat(model.read.size()).isLessThan(CONTEXT);
    }

    @Test
    void anAnswerEndsBeforeAStopText() {
        // Given
        EngineRequest request =
                new EngineRequest(
                        "a",
                        List.of(EngineMessage.user("?")),
                        OptionalInt.empty(),
                        0,
                        List.of("END"),
                        0);

        // When
        EngineReply reply = answer(new ScriptedModel("one ENDtwo", CONTEXT), request);

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Completed.class,
                        completed -> {
                            assertThat(completed.text()).isEqualTo("one ");
                            assertThat(completed.finishReason()).isEqualTo(FinishReason.STOP);
                            assertThat(completed.usage().outputTokens()).isEqualTo(7);
                        });
        assertThat(streamed).hasToString("one ");
    }

    @Test
    void aCancelledAnswerSaysWhatItUsed() {
        // Given
        AtomicInteger asked = new AtomicInteger();
        ScriptedModel model = new ScriptedModel("abcdef", CONTEXT);

        // When
        EngineReply reply =
                generation(model)
                        .answer(
                                EngineRequest.asking("a", "?"),
                                () -> asked.incrementAndGet() > 4,
                                streamed::append);

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Stopped.class,
                        stopped -> {
                            assertThat(stopped.cause()).isEqualTo(StopCause.CANCELLED);
                            assertThat(stopped.text()).isEqualTo("abcd");
                            assertThat(stopped.usage().inputTokens()).isEqualTo(6);
                            assertThat(stopped.usage().outputTokens()).isEqualTo(4);
                        });
        assertThat(model.forgotten).isEqualTo(1);
    }

    @Test
    void scoresThatAreNotNumbersAreTheModelsFault() {
        // When
        EngineReply reply =
                answer(new ScriptedModel("a", CONTEXT).broken(), EngineRequest.asking("a", "?"));

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.fault()).isEqualTo(Fault.MODEL_BROKEN));
    }

    static Stream<Arguments> refusals() {
        EngineRequest fine = EngineRequest.asking("a", "?");
        return Stream.of(
                Arguments.of(EngineRequest.asking("a", " \n"), "messages", "1 message of the user"),
                Arguments.of(
                        request(List.of(new EngineMessage("system", "be kind")), 0, List.of()),
                        "messages",
                        "1 message of the user"),
                Arguments.of(EngineRequest.asking("a", "x".repeat(35)), "messages", "39 tokens"),
                Arguments.of(EngineRequest.asking("a", "x".repeat(500)), "messages", "39 tokens"),
                Arguments.of(fine.withMaxTokens(0), "max_tokens", "1 to 40"),
                Arguments.of(fine.withMaxTokens(41), "max_tokens", "1 to 40"),
                Arguments.of(request(fine.messages(), -1, List.of()), "temperature", "0 to 2"),
                Arguments.of(request(fine.messages(), 2.5, List.of()), "temperature", "0 to 2"),
                Arguments.of(
                        request(fine.messages(), Double.NaN, List.of()), "temperature", "0 to 2"),
                Arguments.of(
                        request(fine.messages(), 0, Collections.nCopies(9, "a")),
                        "stop",
                        "8 texts"),
                Arguments.of(
                        request(fine.messages(), 0, List.of("")), "stop", "1 to 200 characters"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatCannotBeAnsweredIsRefusedBeforeTheModelReads(
            EngineRequest request, String field, String limit) {
        // Given
        ScriptedModel model = new ScriptedModel("a", CONTEXT);

        // When
        EngineReply reply = answer(model, request);

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.field()).isEqualTo(field);
                            assertThat(refused.limit()).isEqualTo(limit);
                        });
        assertThat(model.read).isEmpty();
    }

    private static EngineRequest request(
            List<EngineMessage> messages, double temperature, List<String> stop) {
        return new EngineRequest("a", messages, OptionalInt.empty(), temperature, stop, 0);
    }

    private EngineReply answer(TokenModel model, EngineRequest request) {
        return generation(model).answer(request, () -> false, streamed::append);
    }

    /** A clock that shows another millisecond each time it is read. */
    private Generation generation(TokenModel model) {
        PromptTemplate template = new PromptTemplate.Question("Q: {question}A:");
        return new Generation(model, template, 4, () -> clock.getAndAdd(1_000_000));
    }
}
