package dev.millrace.classifier;

import static dev.millrace.classifier.given.Commands.job;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.classifier.rules.Complexity;
import dev.millrace.classifier.rules.VerticalRules;
import dev.millrace.job.Messages;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassificationTest {
    private final Classification classification =
            new Classification(VerticalRules.bundled(), Complexity.bundled());

    @Test
    void theCallersHintsAreTakenAndTheReasonsSaySo() {
        Classified classified =
                classification.of(
                        job(
                                job ->
                                        job.setHints(
                                                Map.of(
                                                        "vertical",
                                                        "legal",
                                                        "complexity",
                                                        "hard"))));

        assertThat(classified.vertical()).isEqualTo("legal");
        assertThat(classified.verticalConfidence()).isEqualTo(1.0);
        assertThat(classified.complexity()).isEqualTo("hard");
        assertThat(classified.complexityScore()).isGreaterThan(0.66);
        assertThat(classified.reasons())
                .contains(
                        "vertical=legal: given by the caller",
                        "complexity=hard: given by the caller");
    }

    @Test
    void aHintThatIsNoWordOfOursIsPassedOverAndTheReasonsSaySo() {
        Classified classified =
                classification.of(
                        job(
                                job ->
                                        job.setMessages(
                                                        List.of(
                                                                Messages.of(
                                                                        "user",
                                                                        "Write a Python function that parses JSON")))
                                                .setHints(Map.of("vertical", "cooking"))));

        assertThat(classified.vertical()).isEqualTo("code");
        assertThat(classified.reasons())
                .contains("hint vertical=cooking is not one of ours: not used");
    }

    @Test
    void aHintIsEchoedInPartOnly() {
        Classified classified =
                classification.of(job(job -> job.setHints(Map.of("complexity", "x".repeat(500)))));

        assertThat(classified.reasons()).allMatch(reason -> reason.length() < 200);
    }

    @Test
    void reasonsNameTheSignalsThatSpokeForTheVertical() {
        Classified classified =
                classification.of(
                        job(
                                job ->
                                        job.setMessages(
                                                List.of(
                                                        Messages.of(
                                                                "user",
                                                                "Why does this Java function"
                                                                        + " print a stack trace?")))));

        assertThat(classified.vertical()).isEqualTo("code");
        assertThat(classified.reasons().getFirst())
                .startsWith("vertical=code: ")
                .contains("stack trace")
                .contains("java");
    }
}
