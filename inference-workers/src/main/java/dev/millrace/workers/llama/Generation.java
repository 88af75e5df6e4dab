package dev.millrace.workers.llama;

import dev.millrace.workers.llama.EngineReply.Completed;
import dev.millrace.workers.llama.EngineReply.Failed;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.FinishReason;
import dev.millrace.workers.llama.EngineReply.StopCause;
import dev.millrace.workers.llama.EngineReply.Stopped;
import dev.millrace.workers.llama.format.AnswerForms;
import dev.millrace.workers.llama.format.UnsupportedFormatException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One answer: check the request, read the prompt, then write token after token until the model
 * ends, a stop text comes, there is no more room, or someone says stop.
 */
final class Generation {

    private final TokenModel model;
    private final PromptTemplate template;
    private final int longestTokenBytes;
    private final LongSupplier nanoTime;

    Generation(
            TokenModel model,
            PromptTemplate template,
            int longestTokenBytes,
            LongSupplier nanoTime) {
        this.model = model;
        this.template = template;
        this.longestTokenBytes = longestTokenBytes;
        this.nanoTime = nanoTime;
    }

    /**
     * Answers a request.
     *
     * @param cancelled asked before each token
     * @param onText given the answer bit by bit, as it becomes certain
     */
    EngineReply answer(EngineRequest request, BooleanSupplier cancelled, Consumer<String> onText) {
        Optional<EngineReply.Refused> refusal = RequestLimits.check(request, model.contextTokens());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        String prompt = template.render(request.messages());
        int bytes = prompt.getBytes(StandardCharsets.UTF_8).length;
        int fewestTokens = Math.ceilDiv(bytes, longestTokenBytes);
        if (fewestTokens >= model.contextTokens()) {
            return RequestLimits.tooLong("at least " + fewestTokens, model.contextTokens());
        }
        int[] input = model.tokenize(prompt, template.markup());
        if (input.length >= model.contextTokens()) {
            return RequestLimits.tooLong(String.valueOf(input.length), model.contextTokens());
        }
        try {
            Optional<HeldAnswer> held =
                    AnswerForms.start(request.format()).map(form -> new HeldAnswer(model, form));
            return new Run(request, input.length, held, cancelled, onText).write(input);
        } catch (UnsupportedFormatException e) {
            return RequestLimits.unsupported(e);
        } finally {
            model.forget();
        }
    }

    /** The state of one answer while it is written. */
    private final class Run {

        private final int inputTokens;
        private final int mostTokens;
        private final TokenChoice choice;
        private final Optional<HeldAnswer> held;
        private final AnswerText answer;
        private final BooleanSupplier cancelled;
        private final Consumer<String> onText;
        private final long start = nanoTime.getAsLong();
        private OptionalLong firstTokenMs = OptionalLong.empty();
        private int outputTokens;

        Run(
                EngineRequest request,
                int inputTokens,
                Optional<HeldAnswer> held,
                BooleanSupplier cancelled,
                Consumer<String> onText) {
            this.inputTokens = inputTokens;
            this.mostTokens =
                    Math.min(
                            request.maxTokens().orElse(Integer.MAX_VALUE),
                            model.contextTokens() - inputTokens);
            this.choice =
                    new TokenChoice(request.temperature(), new SplittableRandom(request.seed()));
            this.held = held;
            this.answer = new AnswerText(request.stop());
            this.cancelled = cancelled;
            this.onText = onText;
        }

        EngineReply write(int[] input) {
            int[] next = input;
            while (true) {
                if (cancelled.getAsBoolean() || !model.read(next)) {
                    return stopped();
                }
                OptionalInt token = choose(model.scores());
                if (token.isEmpty()) {
                    return new Failed(
                            Fault.MODEL_BROKEN,
                            "the scores of the model are not numbers, or no token fits");
                }
                if (firstTokenMs.isEmpty()) {
                    firstTokenMs = OptionalLong.of(elapsedMs());
                }
                if (model.isEnd(token.getAsInt())) {
                    return completed(FinishReason.STOP);
                }
                outputTokens++;
                pass(answer.add(model.bytes(token.getAsInt())));
                if (answer.isStopped() || held.filter(HeldAnswer::isComplete).isPresent()) {
                    return completed(FinishReason.STOP);
                }
                if (outputTokens == mostTokens) {
                    return completed(FinishReason.LENGTH);
                }
                next = new int[] {token.getAsInt()};
            }
        }

        private OptionalInt choose(float[] scores) {
            return held.isPresent() ? held.get().choose(scores, choice) : choice.from(scores);
        }

        private EngineReply completed(FinishReason reason) {
            pass(answer.finish());
            return new Completed(answer.released(), reason, usage());
        }

        private EngineReply stopped() {
            pass(answer.finish());
            return new Stopped(StopCause.CANCELLED, answer.released(), usage());
        }

        private void pass(String text) {
            if (!text.isEmpty()) {
                onText.accept(text);
            }
        }

        private EngineUsage usage() {
            return new EngineUsage(inputTokens, outputTokens, firstTokenMs, elapsedMs());
        }

        private long elapsedMs() {
            return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start);
        }
    }
}
