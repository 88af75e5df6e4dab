package dev.millrace.catalog;

import java.util.List;
import java.util.Set;

/**
 * Where jobs that ask for "auto" go: the first route in file order whose conditions all hold.
 *
 * @param verticals any of these; empty means all
 * @param complexities any of these; empty means all
 * @param tenants any of these; empty means all
 * @param lanes in order of preference; the first that can take the job is chosen, the others are
 *     fallbacks
 */
public record Route(
        String name,
        int position,
        Set<String> verticals,
        Set<String> complexities,
        Set<String> tenants,
        List<String> lanes)
        implements CatalogItem {
    public Route {
        verticals = Set.copyOf(verticals);
        complexities = Set.copyOf(complexities);
        tenants = Set.copyOf(tenants);
        lanes = List.copyOf(lanes);
    }

    /** Whether every job matches. */
    public boolean catchesAll() {
        return verticals.isEmpty() && complexities.isEmpty() && tenants.isEmpty();
    }

    @Override
    public String kind() {
        return "route";
    }

    @Override
    public String id() {
        return name;
    }
}
