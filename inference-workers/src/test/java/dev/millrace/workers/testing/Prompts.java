package dev.millrace.workers.testing;

import dev.millrace.job.Messages;
import dev.millrace.workers.engine.Prompt;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What an engine is asked in tests. */
public final class Prompts {
    private Prompts() {}

    public static Prompt of(String question, boolean stream) {
        return new Prompt(
                "job/1",
                List.of(Messages.of("user", question)),
                500,
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                List.of(),
                stream);
    }
}
