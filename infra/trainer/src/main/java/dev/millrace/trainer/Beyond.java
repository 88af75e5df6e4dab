package dev.millrace.trainer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Prompts that the guide has no answer to. The models learn to say so: one that knew nothing but
 * the guide would put pieces of it together for any prompt.
 */
record Beyond(List<String> prompts) {

    static final String ANSWER =
            "I only know the Millrace guide. Ask me what a lane is, or how to post a job.";

    private static final String RESOURCE = "/beyond.txt";
    private static final int FEWEST_WORDS = 2;
    private static final int MOST_WORDS = 30;

    Beyond {
        prompts = List.copyOf(prompts);
    }

    static Beyond load() {
        try (InputStream in = Beyond.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Beyond(text.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A prompt as it is, several in a row, or a heap of words from all of them. */
    String any(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> Wording.varied(one(random), random);
            case 1 -> one(random) + " " + one(random);
            default -> heap(random);
        };
    }

    private String one(Random random) {
        return prompts.get(random.nextInt(prompts.size()));
    }

    private String heap(Random random) {
        List<String> words = new ArrayList<>();
        int count = FEWEST_WORDS + random.nextInt(MOST_WORDS - FEWEST_WORDS);
        while (words.size() < count) {
            String[] choice = one(random).split(" ");
            words.add(choice[random.nextInt(choice.length)]);
        }
        return String.join(" ", words);
    }
}
