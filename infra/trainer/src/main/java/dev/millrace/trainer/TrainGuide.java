package dev.millrace.trainer;

import dev.millrace.trainer.bpe.BpeTrainer;
import dev.millrace.trainer.bpe.Tokenizer;
import dev.millrace.trainer.model.LanguageModel;
import dev.millrace.trainer.model.LlamaModel;
import dev.millrace.trainer.model.MambaModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Trains {@code guide-llama} and {@code guide-mamba} on the guide and writes one GGUF file for
 * each: learn a vocabulary, build the model, train it, ask it every question, write it down.
 *
 * <p>The same guide, seed and steps give the same bytes on every machine.
 */
public final class TrainGuide {

    static final int VOCABULARY = 512;

    private static final int BAR_WIDTH = 30;

    private final Options options;
    private final PrintStream out;
    private final Guide guide = Guide.load();
    private final Beyond beyond = Beyond.load();
    private final Tokenizer tokenizer = BpeTrainer.train(texts(guide), VOCABULARY);

    TrainGuide(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
        Options options;
        try {
            options = Options.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(Options.USAGE);
            System.exit(2);
            return;
        }
        new TrainGuide(options, System.out).run();
    }

    void run() throws IOException {
        Files.createDirectories(options.out());
        int known = guide.entries().size();
        out.printf("guide: %d questions, %d tokens in the vocabulary%n", known, tokenizer.size());
        train("guide-llama", llama());
        train("guide-mamba", mamba());
    }

    private LanguageModel llama() {
        return new LlamaModel(
                new LlamaModel.Shape(tokenizer.size(), 128, 2, 4, 320), options.seed());
    }

    private LanguageModel mamba() {
        return new MambaModel(new MambaModel.Shape(tokenizer.size(), 128, 3, 16), options.seed());
    }

    private void train(String name, LanguageModel model) throws IOException {
        TrainingPlan plan = new TrainingPlan(options.steps(), 8, 3, 4e-3f, 0.02f, options.seed());
        Training training = new Training(model, tokenizer, guide, beyond, plan);
        long start = System.nanoTime();
        training.run((step, loss) -> show(name, step, plan.steps(), loss));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        Path file = options.out().resolve(name + ".gguf");
        Files.write(file, ModelFile.bytes(name, model, tokenizer, guide));
        out.printf(
                "%s: %d parameters, %d bytes, %d s, %d of %d answers exact: %s%n",
                name,
                model.parameterCount(),
                Files.size(file),
                took.toSeconds(),
                training.exactAnswers(),
                guide.entries().size(),
                file);
    }

    private void show(String name, int step, int steps, double loss) {
        int every = Math.max(1, steps / 100);
        if (step % every == 0 || step == steps) {
            String bar = "#".repeat(BAR_WIDTH * step / steps);
            out.printf(
                    "\r%s [%-" + BAR_WIDTH + "s] %d/%d loss %.4f ", name, bar, step, steps, loss);
        }
        if (step == steps) {
            out.println();
        }
    }

    private static List<String> texts(Guide guide) {
        return guide.entries().stream()
                .flatMap(
                        entry ->
                                Stream.of(
                                        Prompt.asking(entry.question()),
                                        Prompt.answering(entry.answer())))
                .toList();
    }

    /** The command line. */
    record Options(Path out, long seed, int steps) {

        static final String USAGE = "usage: TrainGuide --out DIR [--seed N] [--steps N]";

        static Options parse(List<String> arguments) {
            Path out = null;
            long seed = 1;
            int steps = 600;
            for (int i = 0; i < arguments.size(); i += 2) {
                String option = arguments.get(i);
                if (i + 1 == arguments.size()) {
                    throw new IllegalArgumentException(option + " needs a value");
                }
                String value = arguments.get(i + 1);
                switch (option) {
                    case "--out" -> out = Path.of(value);
                    case "--seed" -> seed = number(option, value);
                    case "--steps" -> steps = Math.toIntExact(number(option, value));
                    default -> throw new IllegalArgumentException("unknown option " + option);
                }
            }
            if (out == null) {
                throw new IllegalArgumentException("--out is missing");
            }
            if (steps < 1) {
                throw new IllegalArgumentException("--steps must be 1 or more");
            }
            return new Options(out, seed, steps);
        }

        private static long number(String option, String value) {
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(option + " needs a whole number, not " + value);
            }
        }
    }
}
