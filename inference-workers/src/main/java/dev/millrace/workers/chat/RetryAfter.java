package dev.millrace.workers.chat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/** The Retry-After header: seconds or an HTTP date. A provider is believed for an hour at most. */
final class RetryAfter {
    static final Duration LONGEST = Duration.ofHours(1);
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

    private RetryAfter() {}

    /** Empty where the value says nothing that can be understood, or a moment that has passed. */
    static Optional<Duration> parse(String value, Instant now) {
        String text = value.strip();
        Optional<Duration> wait = SECONDS.matcher(text).matches() ? seconds(text) : date(text, now);
        return wait.filter(Duration::isPositive)
                .map(time -> time.compareTo(LONGEST) > 0 ? LONGEST : time);
    }

    private static Optional<Duration> seconds(String text) {
        return Optional.of(Duration.ofMillis(Math.round(Double.parseDouble(text) * 1_000)));
    }

    private static Optional<Duration> date(String text, Instant now) {
        try {
            Instant at =
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return Optional.of(Duration.between(now, at));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
