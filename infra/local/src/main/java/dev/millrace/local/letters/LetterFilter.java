package dev.millrace.local.letters;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which letters are meant: those that match everything that is given.
 *
 * @param ids exact; empty for all
 * @param reason what the reason begins with; empty for all
 * @param topic exact; empty for all
 * @param since the first moment, inclusive
 * @param until the moment before which they were written
 */
public record LetterFilter(
        Set<String> ids,
        String reason,
        String topic,
        Optional<Instant> since,
        Optional<Instant> until)
        implements Predicate<Letter> {
    public LetterFilter {
        ids = Set.copyOf(ids);
        if (since.isPresent() && until.isPresent() && !since.get().isBefore(until.get())) {
            throw new IllegalArgumentException(
                    "--since " + since.get() + " must be before --until " + until.get());
        }
    }

    /** Whether nothing was given, so that every letter is meant. */
    public boolean isOpen() {
        return ids.isEmpty()
                && reason.isEmpty()
                && topic.isEmpty()
                && since.isEmpty()
                && until.isEmpty();
    }

    @Override
    public boolean test(Letter letter) {
        return (ids.isEmpty() || ids.contains(letter.id()))
                && letter.reason().startsWith(reason)
                && (topic.isEmpty() || letter.topic().equals(topic))
                && since.filter(from -> letter.at().isBefore(from)).isEmpty()
                && until.filter(to -> !letter.at().isBefore(to)).isEmpty();
    }
}
