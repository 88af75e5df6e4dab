package dev.millrace.catalog;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the entries of a file say about each other. Works on the fields rather than on what was read
 * from them, so that an entry with a mistake elsewhere is still checked, and its name still known.
 */
final class CrossChecks {
    private static final String RESERVED_REPLY = "ingress";

    private final List<Fields> tenants;
    private final List<Fields> lanes;
    private final List<Fields> routes;
    private final List<Fields> prices;
    private final Map<String, Fields> tenantNames;
    private final Map<String, Fields> laneNames;

    /** Lane names by alias. */
    private final Map<String, String> aliases = new HashMap<>();

    CrossChecks(CatalogFile.Sections sections) {
        tenants = sections.tenants();
        lanes = sections.lanes();
        routes = sections.routes();
        prices = sections.prices();
        tenantNames = uniqueNames(tenants);
        laneNames = uniqueNames(lanes);
    }

    void run() {
        uniqueNames(routes);
        replies();
        apiKeys();
        laneWords();
        routeWords();
        catchAll();
        priceDates();
        currency();
        everyLaneHasAPrice();
    }

    private static Map<String, Fields> uniqueNames(List<Fields> entries) {
        Map<String, Fields> names = new LinkedHashMap<>();
        for (Fields entry : entries) {
            String name = entry.raw("name");
            @Nullable Fields first = name.isEmpty() ? null : names.putIfAbsent(name, entry);
            if (first != null) {
                entry.reject("name", takenBy(name, first, "name"));
            }
        }
        return names;
    }

    private static String takenBy(String word, Fields owner, String field) {
        return "%s is taken by %s on line %d"
                .formatted(Nodes.shown(word), owner.at(field), owner.lineOf(field));
    }

    // ------------------------------------------------------------------ tenants

    private void replies() {
        Map<String, Fields> owners = new HashMap<>();
        for (Fields tenant : tenants) {
            List<String> replies = tenant.texts("replies");
            for (int i = 0; i < replies.size(); i++) {
                String reply = replies.get(i);
                if (reply.equals(RESERVED_REPLY)) {
                    tenant.rejectItem("replies", i, "ingress is reserved");
                }
                @Nullable Fields owner = reply.isEmpty() ? null : owners.putIfAbsent(reply, tenant);
                if (owner != null) {
                    tenant.rejectItem("replies", i, takenBy(reply, owner, "replies"));
                }
            }
        }
    }

    private void apiKeys() {
        Map<String, Fields> owners = new HashMap<>();
        for (Fields tenant : tenants) {
            for (Fields key : TenantShape.apiKeys(tenant)) {
                String hash = key.raw("sha256").toLowerCase(Locale.ROOT);
                @Nullable Fields owner = hash.isEmpty() ? null : owners.putIfAbsent(hash, key);
                if (owner != null) {
                    key.reject("sha256", takenBy("the key", owner, "sha256"));
                }
            }
        }
    }

    // ------------------------------------------------------------------ lanes

    private void laneWords() {
        Map<String, Fields> owners = new HashMap<>();
        for (Fields lane : lanes) {
            if (lane.raw("name").equals(Vocabulary.AUTO)) {
                lane.reject("name", "auto is reserved: it asks for a route");
            }
            List<String> words = lane.texts("aliases");
            for (int i = 0; i < words.size(); i++) {
                String alias = words.get(i);
                @Nullable Fields named = laneNames.get(alias);
                @Nullable Fields owner = alias.isEmpty() ? null : owners.putIfAbsent(alias, lane);
                if (alias.equals(Vocabulary.AUTO)) {
                    lane.rejectItem("aliases", i, "auto is reserved: it asks for a route");
                } else if (named != null) {
                    lane.rejectItem("aliases", i, takenBy(alias, named, "name"));
                } else if (owner != null) {
                    lane.rejectItem("aliases", i, takenBy(alias, owner, "aliases"));
                }
                aliases.putIfAbsent(alias, lane.raw("name"));
            }
        }
    }

    /** Why this names no lane; empty when it does. */
    private Optional<String> unknownLane(String name) {
        if (name.isEmpty() || laneNames.containsKey(name)) {
            return Optional.empty();
        }
        @Nullable String aliased = aliases.get(name);
        return Optional.of(
                aliased != null
                        ? "%s is an alias; name the lane itself: %s"
                                .formatted(Nodes.shown(name), Nodes.shown(aliased))
                        : "no lane is named %s%s"
                                .formatted(
                                        Nodes.shown(name), Nearest.hint(name, laneNames.keySet())));
    }

    // ------------------------------------------------------------------ routes

    private void routeWords() {
        for (Fields route : routes) {
            List<String> named = route.texts("lanes");
            for (int i = 0; i < named.size(); i++) {
                int index = i;
                unknownLane(named.get(i))
                        .ifPresent(message -> route.rejectItem("lanes", index, message));
            }
            if (!named.isEmpty() && named.stream().allMatch(this::isRetired)) {
                route.reject(
                        "lanes",
                        "every lane here is retired, so jobs that match had nowhere to go");
            }
            route.strictObject("when").ifPresent(this::tenantCondition);
        }
    }

    private boolean isRetired(String lane) {
        @Nullable Fields fields = laneNames.get(lane);
        return fields != null && fields.raw("retired").equals("true");
    }

    private void tenantCondition(Fields when) {
        List<String> named = when.texts("tenant");
        for (int i = 0; i < named.size(); i++) {
            String name = named.get(i);
            if (!name.isEmpty() && !tenantNames.containsKey(name)) {
                when.rejectItem(
                        "tenant",
                        i,
                        "no tenant is named %s%s"
                                .formatted(
                                        Nodes.shown(name),
                                        Nearest.hint(name, tenantNames.keySet())));
            }
        }
    }

    private void catchAll() {
        for (Fields route : routes) {
            Optional<Fields> when = route.strictObject("when");
            boolean malformed = route.has("when") && when.isEmpty();
            boolean catchesAll = when.map(conditions -> conditions.names().isEmpty()).orElse(true);
            boolean last = route == routes.getLast();
            if (malformed || last == catchesAll) {
                continue;
            }
            route.reject(
                    "when",
                    last
                            ? "the last route must be without conditions, or a job could match none"
                            : "only the last route may be without conditions: those after this one"
                                    + " are never reached");
        }
    }

    // ------------------------------------------------------------------ prices

    private void priceDates() {
        Map<String, Fields> dates = new HashMap<>();
        for (Fields price : prices) {
            String lane = price.raw("lane");
            unknownLane(lane).ifPresent(message -> price.reject("lane", message));
            Optional<Instant> from = price.instant("effective_from");
            if (from.isPresent() && !lane.isEmpty()) {
                @Nullable Fields first = dates.putIfAbsent(lane + "/" + from.get(), price);
                if (first != null) {
                    price.reject(
                            "effective_from",
                            "the lane has a price from this moment already: %s on line %d"
                                    .formatted(
                                            first.at("effective_from"),
                                            first.lineOf("effective_from")));
                }
            }
        }
    }

    private void currency() {
        @Nullable Fields first = null;
        for (Fields price : prices) {
            String currency = price.raw("currency");
            if (!PriceShape.CURRENCY.matcher(currency).matches()) {
                continue;
            }
            if (first == null) {
                first = price;
            }
            if (!currency.equals(first.raw("currency"))) {
                price.reject(
                        "currency",
                        "is %s, but %s on line %d is %s: a catalog has one currency"
                                .formatted(
                                        currency,
                                        first.at("currency"),
                                        first.lineOf("currency"),
                                        first.raw("currency")));
            }
        }
    }

    private void everyLaneHasAPrice() {
        if (prices.isEmpty()) {
            return; // reported as a whole
        }
        Set<String> priced = new HashSet<>();
        prices.forEach(price -> priced.add(price.raw("lane")));
        laneNames.forEach(
                (name, lane) -> {
                    if (!priced.contains(name)) {
                        lane.reject(
                                "name",
                                Nodes.shown(name) + " has no price, so nothing could be billed");
                    }
                });
    }
}
