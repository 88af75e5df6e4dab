package dev.millrace.catalog;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One version of the configuration: tenants, lanes, routes and prices. Immutable; records name the
 * version they used. Two catalogs are equal when version and entries are, in whatever order they
 * came.
 */
public final class Catalog {
    private final long version;
    private final Map<String, Tenant> tenants;
    private final Map<String, Lane> lanes;
    private final List<Route> routes;
    private final List<Price> prices;
    private final Map<String, Lane> lanesByAlias = new HashMap<>();
    private final Map<String, Tenant> tenantsByKey = new HashMap<>();
    private final Map<String, List<Price>> pricesByLane = new HashMap<>();

    /**
     * @param version grows with each apply; 0 before the first
     */
    public Catalog(
            long version,
            List<Tenant> tenants,
            List<Lane> lanes,
            List<Route> routes,
            List<Price> prices) {
        this.version = version;
        this.tenants = byName(tenants, Tenant::name);
        this.lanes = byName(lanes, Lane::name);
        this.routes =
                routes.stream()
                        .sorted(Comparator.comparingInt(Route::position).thenComparing(Route::name))
                        .toList();
        this.prices =
                prices.stream()
                        .sorted(
                                Comparator.comparing(Price::lane)
                                        .thenComparing(Price::effectiveFrom))
                        .toList();
        for (Lane lane : lanes) {
            lane.aliases().forEach(alias -> lanesByAlias.put(alias, lane));
        }
        for (Tenant tenant : tenants) {
            tenant.apiKeys().forEach(key -> tenantsByKey.put(key.sha256(), tenant));
        }
        for (Price price : prices) {
            pricesByLane.computeIfAbsent(price.lane(), lane -> new ArrayList<>()).add(price);
        }
        pricesByLane
                .values()
                .forEach(list -> list.sort(Comparator.comparing(Price::effectiveFrom).reversed()));
    }

    public static Catalog empty() {
        return new Catalog(0, List.of(), List.of(), List.of(), List.of());
    }

    /** The same entries under another version. */
    public Catalog withVersion(long other) {
        return new Catalog(
                other, List.copyOf(tenants.values()), List.copyOf(lanes.values()), routes, prices);
    }

    public long version() {
        return version;
    }

    /** By name, in the order of the names. */
    public Map<String, Tenant> tenants() {
        return tenants;
    }

    /** By name, in the order of the names. */
    public Map<String, Lane> lanes() {
        return lanes;
    }

    /** In file order: the first that matches decides. */
    public List<Route> routes() {
        return routes;
    }

    /** By lane, then by date. */
    public List<Price> prices() {
        return prices;
    }

    public Optional<Tenant> tenant(String name) {
        return Optional.ofNullable(tenants.get(name));
    }

    /** A lane by its name or one of its aliases. */
    public Optional<Lane> lane(String nameOrAlias) {
        Lane lane = lanes.get(nameOrAlias);
        return Optional.ofNullable(lane != null ? lane : lanesByAlias.get(nameOrAlias));
    }

    /** The tenant whose API key has this hash (64 lower-case hex digits). */
    public Optional<Tenant> tenantByKeyHash(String sha256) {
        return Optional.ofNullable(tenantsByKey.get(sha256));
    }

    /** The lane's price in force at a moment: the latest whose effective date is not after it. */
    public Optional<Price> priceAt(String lane, Instant moment) {
        return pricesByLane.getOrDefault(lane, List.of()).stream()
                .filter(price -> !price.effectiveFrom().isAfter(moment))
                .findFirst();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Catalog that
                && version == that.version
                && tenants.equals(that.tenants)
                && lanes.equals(that.lanes)
                && routes.equals(that.routes)
                && prices.equals(that.prices);
    }

    @Override
    public int hashCode() {
        return Objects.hash(version, tenants, lanes, routes, prices);
    }

    @Override
    public String toString() {
        return "Catalog[version=%d, tenants=%s, lanes=%s, routes=%s, prices=%s]"
                .formatted(
                        version,
                        tenants.keySet(),
                        lanes.keySet(),
                        routes.stream().map(Route::name).toList(),
                        prices.stream().map(Price::id).toList());
    }

    private static <T> Map<String, T> byName(List<T> items, Function<T, String> name) {
        Map<String, T> map = new TreeMap<>();
        items.forEach(item -> map.put(name.apply(item), item));
        return Collections.unmodifiableMap(map);
    }
}
