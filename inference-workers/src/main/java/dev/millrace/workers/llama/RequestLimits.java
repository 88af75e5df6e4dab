package dev.millrace.workers.llama;

import dev.millrace.workers.llama.EngineReply.Refused;
import dev.millrace.workers.llama.format.AnswerForms;
import dev.millrace.workers.llama.format.UnsupportedFormatException;
import java.util.Optional;

/** What an engine takes, judged before a request costs it anything. */
final class RequestLimits {

    static final int MOST_STOPS = 8;
    static final int LONGEST_STOP = 200;
    static final double HIGHEST_TEMPERATURE = 2;

    /** Keeps what the engine process must hold in memory well below its heap. */
    static final int MOST_CHARACTERS = 2 * 1024 * 1024;

    /** A text to be scored is there as characters, bytes and tokens at once. */
    static final int LONGEST_TEXT = 1_000_000;

    private RequestLimits() {}

    /** What can be judged without knowing the model. */
    static Optional<Refused> checkSize(EngineRequest request) {
        long characters =
                request.messages().stream()
                        .mapToLong(m -> (long) m.role().length() + m.content().length())
                        .sum();
        if (characters > MOST_CHARACTERS) {
            return refusal(
                    "prompt_too_long",
                    "messages",
                    MOST_CHARACTERS + " characters",
                    "the messages have " + characters + " characters");
        }
        return checkFormat(request.format());
    }

    private static Optional<Refused> checkFormat(ResponseFormat format) {
        try {
            AnswerForms.start(format);
            return Optional.empty();
        } catch (UnsupportedFormatException e) {
            return Optional.of(unsupported(e));
        }
    }

    static Refused unsupported(UnsupportedFormatException e) {
        return new Refused(
                "response_format_unsupported",
                "response_format",
                e.limit(),
                String.valueOf(e.getMessage()));
    }

    static Optional<Refused> checkText(String text) {
        return text.length() <= LONGEST_TEXT
                ? Optional.empty()
                : refusal(
                        "text_too_long",
                        "text",
                        LONGEST_TEXT + " characters",
                        "the text has " + text.length() + " characters");
    }

    static Optional<Refused> check(EngineRequest request, int contextTokens) {
        if (request.messages().stream()
                .noneMatch(m -> m.role().equals("user") && !m.content().isBlank())) {
            return refusal("prompt_empty", "messages", "1 message of the user", "nothing is asked");
        }
        int maxTokens = request.maxTokens().orElse(1);
        if (maxTokens < 1 || maxTokens > contextTokens) {
            return refusal(
                    "max_tokens_out_of_range",
                    "max_tokens",
                    "1 to " + contextTokens,
                    "max_tokens is " + maxTokens);
        }
        double temperature = request.temperature();
        if (!(temperature >= 0 && temperature <= HIGHEST_TEMPERATURE)) {
            return refusal(
                    "temperature_out_of_range", "temperature", "0 to 2", "it is " + temperature);
        }
        if (request.stop().size() > MOST_STOPS) {
            return refusal(
                    "too_many_stops",
                    "stop",
                    MOST_STOPS + " texts",
                    "there are " + request.stop().size());
        }
        if (request.stop().stream().anyMatch(s -> s.isEmpty() || s.length() > LONGEST_STOP)) {
            return refusal(
                    "stop_out_of_range",
                    "stop",
                    "1 to " + LONGEST_STOP + " characters",
                    "a stop text is empty or too long");
        }
        return Optional.empty();
    }

    static Refused tooLong(String found, int contextTokens) {
        return new Refused(
                "prompt_too_long",
                "messages",
                (contextTokens - 1) + " tokens",
                "the prompt has " + found + " tokens, the model takes " + (contextTokens - 1));
    }

    private static Optional<Refused> refusal(
            String code, String field, String limit, String detail) {
        return Optional.of(new Refused(code, field, limit, detail));
    }
}
