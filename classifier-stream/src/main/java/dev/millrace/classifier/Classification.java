package dev.millrace.classifier;

import dev.millrace.classifier.rules.Complexity;
import dev.millrace.classifier.rules.Level;
import dev.millrace.classifier.rules.PromptText;
import dev.millrace.classifier.rules.Vertical;
import dev.millrace.classifier.rules.VerticalRules;
import dev.millrace.job.JobContent;
import dev.millrace.v1.InferenceJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Classify: what is the job about, and how hard is it? By rules, unless the caller says so. */
public final class Classification {
    private static final int MAX_ECHO = 40;
    private final VerticalRules verticals;
    private final Complexity complexity;

    public Classification(VerticalRules verticals, Complexity complexity) {
        this.verticals = verticals;
        this.complexity = complexity;
    }

    public Classified of(InferenceJob job) {
        List<String> reasons = new ArrayList<>();
        Optional<Vertical> hinted = hint(job, "vertical", Vertical::named, reasons);
        Optional<Level> hintedLevel = hint(job, "complexity", Level::named, reasons);
        PromptText text = prompt(job);
        VerticalRules.Verdict vertical =
                hinted.map(VerticalRules.Verdict::given).orElseGet(() -> verticals.judge(text));
        Complexity.Verdict level =
                hintedLevel.map(Complexity.Verdict::given).orElseGet(() -> complexity.judge(text));
        reasons.addAll(0, List.of(vertical.reason(), level.reason()));
        return new Classified(
                vertical.vertical().word(),
                vertical.confidence(),
                level.level().word(),
                level.score(),
                level.confidence(),
                reasons);
    }

    private static PromptText prompt(InferenceJob job) {
        return JobContent.isEmbedding(job)
                ? PromptText.of(job.getInput().stream().findFirst().orElse(""))
                : PromptText.of(job.getMessages());
    }

    /** A hint that is one of our words is taken; another is passed over, and the reasons say so. */
    private static <T> Optional<T> hint(
            InferenceJob job,
            String name,
            Function<String, Optional<T>> reading,
            List<String> reasons) {
        String word = job.getHints().get(name);
        if (word == null) {
            return Optional.empty();
        }
        Optional<T> known = reading.apply(word);
        if (known.isEmpty()) {
            reasons.add("hint " + name + "=" + echo(word) + " is not one of ours: not used");
        }
        return known;
    }

    private static String echo(String word) {
        return word.length() <= MAX_ECHO ? word : word.substring(0, MAX_ECHO) + "...";
    }
}
