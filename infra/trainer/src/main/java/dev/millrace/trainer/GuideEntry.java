package dev.millrace.trainer;

/** A question of the guide and the one answer that a model must give to it, byte for byte. */
public record GuideEntry(String question, String answer) {

    public GuideEntry {
        if (question.isBlank() || answer.isBlank()) {
            throw new IllegalArgumentException("a guide entry needs a question and an answer");
        }
        if (!question.equals(question.strip()) || !answer.equals(answer.strip())) {
            throw new IllegalArgumentException("spaces around guide entry: " + question);
        }
    }
}
