package dev.millrace.trainer;

/**
 * How a question is put to the models. The template travels in the file, under {@link #KEY}, so
 * that an engine puts questions exactly as they were learnt.
 */
public final class Prompt {

    public static final String KEY = "millrace.prompt_template";
    public static final String TEMPLATE = "Q: {question}\nA:";

    private Prompt() {}

    public static String asking(String question) {
        return TEMPLATE.replace("{question}", question);
    }

    /** What a model writes after the prompt. */
    static String answering(String answer) {
        return " " + answer;
    }
}
