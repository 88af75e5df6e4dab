package dev.millrace.workers.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What may be known of an error's body: a code, and how long to wait. Nothing else of it, because
 * providers quote prompts and keys there.
 *
 * @param code the most telling word that there is
 * @param retryAfter where the body says so and not a header (Google)
 */
record ErrorBody(Optional<String> code, Optional<Duration> retryAfter) {
    private static final ErrorBody SILENT = new ErrorBody(Optional.empty(), Optional.empty());
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}(\\.\\d{1,9})?s");
    private static final ObjectMapper JSON = new ObjectMapper();

    static ErrorBody of(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            // Google's streams bring errors in a list
            JsonNode root = tree.isArray() ? tree.path(0) : tree;
            JsonNode error = root.path("error").isObject() ? root.path("error") : root;
            Optional<String> code =
                    detail(error, "reason")
                            .or(() -> word(error.path("status")))
                            .or(() -> word(error.path("code")))
                            .or(() -> word(error.path("type")));
            return new ErrorBody(code, detail(error, "retryDelay").flatMap(ErrorBody::seconds));
        } catch (IOException e) {
            return SILENT;
        }
    }

    private static Optional<String> detail(JsonNode error, String field) {
        return error.path("details").isArray()
                ? error.path("details")
                        .valueStream()
                        .flatMap(each -> word(each.path(field)).stream())
                        .findFirst()
                : Optional.empty();
    }

    private static Optional<String> word(JsonNode node) {
        return Optional.of(node)
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .filter(text -> CODE.matcher(text).matches());
    }

    private static Optional<Duration> seconds(String text) {
        if (!SECONDS.matcher(text).matches()) {
            return Optional.empty();
        }
        double seconds = Double.parseDouble(text.substring(0, text.length() - 1));
        Duration wait = Duration.ofMillis(Math.round(seconds * 1_000));
        return Optional.of(wait)
                .filter(Duration::isPositive)
                .map(time -> time.compareTo(RetryAfter.LONGEST) > 0 ? RetryAfter.LONGEST : time);
    }
}
