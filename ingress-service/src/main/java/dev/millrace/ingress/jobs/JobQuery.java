package dev.millrace.ingress.jobs;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * Which of a tenant's jobs, newest first.
 *
 * @param status one of the statuses of a job
 * @param lane the lane that a job ended in
 * @param from created then or later
 * @param until created before then
 * @param after the last job of the page before
 * @param limit jobs of a page
 */
public record JobQuery(
        Optional<String> status,
        Optional<String> lane,
        Optional<Instant> from,
        Optional<Instant> until,
        Optional<Place> after,
        int limit) {

    /** A job's place in the order. */
    public record Place(Instant createdAt, String id) {

        /** Opaque to callers. */
        public String cursor() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((createdAt + "|" + id).getBytes(StandardCharsets.UTF_8));
        }

        /** Empty where the text is no cursor. */
        public static Optional<Place> of(String cursor) {
            try {
                String text =
                        new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                int bar = text.indexOf('|');
                return bar < 0
                        ? Optional.empty()
                        : Optional.of(
                                new Place(
                                        Instant.parse(text.substring(0, bar)),
                                        text.substring(bar + 1)));
            } catch (IllegalArgumentException | DateTimeException e) {
                return Optional.empty();
            }
        }
    }
}
