package dev.millrace.classifier.fair;

import dev.millrace.catalog.Lane;
import java.time.Instant;

/** What is known of the lanes, as far as anything is. */
@FunctionalInterface
public interface Lanes {
    Lanes UNKNOWN = (lane, tenant, now) -> LaneSituation.UNKNOWN;

    /** A lane as it is now, as far as {@code tenant}, which wants to use it, is concerned. */
    LaneSituation situation(Lane lane, String tenant, Instant now);
}
