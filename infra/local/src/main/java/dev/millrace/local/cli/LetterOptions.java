package dev.millrace.local.cli;

import dev.millrace.local.letters.LetterFilter;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which letters: the same options for every verb that takes several. */
final class LetterOptions {
    private static final Pattern AGO = Pattern.compile("(\\d{1,6})([smhd])");

    @Option(names = "--reason", description = "Only those whose reason begins with this.")
    private String reason = "";

    @Option(names = "--topic", description = "Only those from this topic.")
    private String topic = "";

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description =
                    "Only those from then on: 2026-11-20T09:00:00Z, or 30m, 2h, 1d for that long"
                            + " ago.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "WHEN", description = "Only those from before then.")
    private @Nullable String until;

    /**
     * @param ids exact; empty for all
     */
    LetterFilter filter(Collection<String> ids, Clock clock) {
        return new LetterFilter(
                Set.copyOf(ids),
                reason,
                topic,
                moment("--since", since, clock),
                moment("--until", until, clock));
    }

    static Optional<Instant> moment(String option, @Nullable String text, Clock clock) {
        if (text == null) {
            return Optional.empty();
        }
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            long amount = Long.parseLong(ago.group(1));
            Duration back =
                    switch (ago.group(2)) {
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    };
            return Optional.of(clock.instant().minus(back));
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    option
                            + " "
                            + text
                            + " is neither a moment such as 2026-11-20T09:00:00Z nor a time ago"
                            + " such as 30m, 2h or 1d",
                    e);
        }
    }
}
