package dev.millrace.trainer;

import dev.millrace.trainer.bpe.Tokenizer;
import dev.millrace.trainer.grad.AdamW;
import dev.millrace.trainer.grad.CrossEntropy;
import dev.millrace.trainer.grad.Matrix;
import dev.millrace.trainer.grad.Tape;
import dev.millrace.trainer.model.LanguageModel;
import dev.millrace.trainer.model.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Teaches a model the guide, then asks it everything. One thread, one seed, one outcome. */
public final class Training {

    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final Guide guide;
    private final Beyond beyond;
    private final TrainingPlan plan;

    /** Told about each step: its number from 1, and the loss in nats per token of answer. */
    @FunctionalInterface
    public interface Progress {
        void step(int step, double loss);
    }

    public Training(
            LanguageModel model,
            Tokenizer tokenizer,
            Guide guide,
            Beyond beyond,
            TrainingPlan plan) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.guide = guide;
        this.beyond = beyond;
        this.plan = plan;
    }

    /** Trains, and leaves the weights rounded as the file will hold them. */
    public void run(Progress progress) {
        List<Matrix> matrices = model.parameters().stream().map(Parameter::matrix).toList();
        AdamW optimiser = new AdamW(matrices, plan.weightDecay());
        Random random = new Random(plan.seed());
        List<GuideEntry> waiting = new ArrayList<>();
        for (int step = 0; step < plan.steps(); step++) {
            Batch batch = Batch.of(nextLessons(waiting, random));
            Tape tape = new Tape();
            Matrix logits = model.logits(tape, batch.ids(), batch.segments(), batch.asked());
            double loss = CrossEntropy.of(logits, batch.targets());
            tape.backward();
            optimiser.step(plan.rate(step));
            progress.step(step + 1, loss);
        }
        model.parameters().forEach(Parameter::roundAsStored);
    }

    /** Every entry of the guide comes once, in random order, before any comes again. */
    private List<Lesson> nextLessons(List<GuideEntry> waiting, Random random) {
        List<Lesson> lessons = new ArrayList<>();
        while (lessons.size() < plan.lessonsPerStep()) {
            if (waiting.isEmpty()) {
                waiting.addAll(guide.entries());
                Collections.shuffle(waiting, random);
            }
            GuideEntry entry = waiting.removeLast();
            String question = Wording.varied(entry.question(), random);
            lessons.add(Lesson.of(tokenizer, question, entry.answer()));
        }
        for (int i = 0; i < plan.beyondPerStep(); i++) {
            lessons.add(Lesson.of(tokenizer, beyond.any(random), Beyond.ANSWER));
        }
        return lessons;
    }

    /** How many answers the model would write exactly, taking the likeliest token each time. */
    public int exactAnswers() {
        return (int) guide.entries().stream().filter(this::isExact).count();
    }

    private boolean isExact(GuideEntry entry) {
        Batch batch = Batch.of(List.of(Lesson.of(tokenizer, entry.question(), entry.answer())));
        Matrix logits = model.logits(new Tape(), batch.ids(), batch.segments(), batch.asked());
        for (int row = 0; row < logits.rows; row++) {
            if (CrossEntropy.argmax(logits.value[row]) != batch.targets()[row]) {
                return false;
            }
        }
        return true;
    }
}
