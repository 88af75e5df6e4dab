package dev.millrace.catalog;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a running catalog must not be changed into. */
final class PlanRefusals {
    /** Long enough for every service to know a price before the first job is billed by it. */
    static final Duration NOTICE = Duration.ofSeconds(60);

    private final Catalog current;
    private final Catalog wanted;
    private final Map<String, Place> places;
    private final Instant now;
    private final List<Problem> refusals = new ArrayList<>();

    PlanRefusals(Catalog current, CatalogReading.Valid reading, Instant now) {
        this.current = current;
        this.wanted = reading.catalog();
        this.places = reading.places();
        this.now = now;
    }

    /** In line order. */
    List<Problem> list() {
        lanes();
        replies();
        oldPrices();
        newPrices();
        unpricedLanes();
        return refusals.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
    }

    private void lanes() {
        for (Lane before : current.lanes().values()) {
            @Nullable Lane after = wanted.lanes().get(before.name());
            if (after == null && !before.retired()) {
                refuse(
                        "lanes",
                        "lane %s is gone; set retired: true and apply, and remove it once it is drained"
                                .formatted(before.name()));
            }
            if (after != null && after.partitions() < before.partitions()) {
                refuse(
                        after,
                        "partitions",
                        "is %d, was %d: partitions are only ever raised"
                                .formatted(after.partitions(), before.partitions()));
            }
        }
    }

    /** The topic still holds the results of the tenant that had it. */
    private void replies() {
        Map<String, String> owners = new HashMap<>();
        current.tenants()
                .values()
                .forEach(
                        tenant ->
                                tenant.replies()
                                        .forEach(reply -> owners.put(reply, tenant.name())));
        for (Tenant tenant : wanted.tenants().values()) {
            for (String reply : tenant.replies()) {
                String owner = owners.getOrDefault(reply, tenant.name());
                if (!owner.equals(tenant.name())) {
                    refuse(
                            tenant,
                            "replies",
                            "%s belongs to tenant %s, and its topic holds that tenant's results; choose another name"
                                    .formatted(reply, owner));
                }
            }
        }
    }

    /** A lane whose jobs are billed by the current catalog: what is announced for it, holds. */
    private boolean isBilled(String lane) {
        return current.priceAt(lane, now).isPresent();
    }

    private boolean isTooSoon(Price price) {
        return price.effectiveFrom().isBefore(now.plus(NOTICE));
    }

    private void oldPrices() {
        Map<String, Price> after = new HashMap<>();
        wanted.prices().forEach(price -> after.put(price.key(), price));
        for (Price before : current.prices()) {
            if (!wanted.lanes().containsKey(before.lane())
                    || !isBilled(before.lane())
                    || !isTooSoon(before)) {
                continue;
            }
            boolean inForce = !before.effectiveFrom().isAfter(now);
            String rule =
                    inForce
                            ? "is in force and cannot be %s; add a price with a later date"
                            : "comes into force within %d s and cannot be %%s any more"
                                    .formatted(NOTICE.toSeconds());
            @Nullable Price same = after.get(before.key());
            if (same == null) {
                refuse("prices", "price " + before.id() + " " + rule.formatted("removed"));
            } else if (!same.equals(before)) {
                refuse(
                        same,
                        "effective_from",
                        "price " + before.id() + " " + rule.formatted("changed"));
            }
        }
    }

    private void newPrices() {
        Set<String> before = new HashSet<>();
        current.prices().forEach(price -> before.add(price.key()));
        Instant earliest = now.plus(NOTICE).truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        for (Price price : wanted.prices()) {
            if (!before.contains(price.key()) && isBilled(price.lane()) && isTooSoon(price)) {
                refuse(
                        price,
                        "effective_from",
                        "a price is announced at least %d s ahead; the earliest now is %s"
                                .formatted(NOTICE.toSeconds(), earliest));
            }
        }
    }

    private void unpricedLanes() {
        for (Lane lane : wanted.lanes().values()) {
            if (wanted.priceAt(lane.name(), now).isEmpty()) {
                refuse(
                        lane,
                        "name",
                        "%s has no price in force now (%s), so its jobs could not be billed"
                                .formatted(lane.name(), now.truncatedTo(ChronoUnit.SECONDS)));
            }
        }
    }

    private void refuse(String section, String message) {
        refusals.add(place(section).problem(message));
    }

    private void refuse(CatalogItem item, String field, String message) {
        refusals.add(place(item.key()).problem(field, message));
    }

    /** A reading that was not made from a file has no places; what is refused stays refused. */
    private Place place(String key) {
        return places.getOrDefault(key, new Place("catalog", 1, key, Map.of()));
    }
}
