package dev.millrace.catalog;

import dev.millrace.v1.CatalogEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Folds the records of the catalog topic, in order, into catalogs. Entries wait until the record
 * {@code catalog/version} closes their apply, so that nobody sees half of one. What cannot be read
 * is reported and left out: the entry's last good version stays. For one thread.
 */
public final class CatalogFold {
    private final Consumer<Problem> reports;
    private final Map<String, CatalogItem> shown = new HashMap<>();

    /** Empty for an entry that is to be removed. */
    private final Map<String, Optional<CatalogItem>> pending = new LinkedHashMap<>();

    /** Keys whose latest record cannot be read. */
    private final Set<String> unreadable = new HashSet<>();

    private Catalog current = Catalog.empty();

    /**
     * @param reports told of every record that is left out, and why
     */
    public CatalogFold(Consumer<Problem> reports) {
        this.reports = reports;
    }

    /** The latest catalog; {@link Catalog#empty} before the first. */
    public Catalog current() {
        return current;
    }

    /**
     * Keys on the topic that the current catalog does not show: an apply was not finished, or their
     * record cannot be read. The next plan settles them.
     */
    public Set<String> unsettled() {
        Set<String> keys = new TreeSet<>(pending.keySet());
        keys.addAll(unreadable);
        return keys;
    }

    /**
     * Takes the next record.
     *
     * @param entry null for a tombstone
     * @return the new catalog when this record closes an apply
     */
    public Optional<Catalog> accept(String key, @Nullable CatalogEntry entry) {
        if (entry == null) {
            remove(key);
            return Optional.empty();
        }
        if (!key.equals(entry.getKind() + "/" + entry.getName())) {
            leaveOut(key, "the record's key and its kind and name differ");
            return Optional.empty();
        }
        if (key.equals(CatalogEntries.VERSION_KEY)) {
            return close(entry.getVersion());
        }
        put(key, entry);
        return Optional.empty();
    }

    private void remove(String key) {
        unreadable.remove(key);
        if (shown.containsKey(key)) {
            pending.put(key, Optional.empty());
        } else {
            pending.remove(key);
        }
    }

    private void put(String key, CatalogEntry entry) {
        CatalogEntries.Reading reading =
                CatalogEntries.read(source(key), entry.getKind(), entry.getName(), entry.getBody());
        switch (reading) {
            case CatalogEntries.Reading.Good(CatalogItem item) -> {
                unreadable.remove(key);
                pending.put(key, Optional.of(item));
            }
            case CatalogEntries.Reading.Bad(List<Problem> problems) -> {
                unreadable.add(key);
                problems.forEach(reports);
            }
        }
    }

    private Optional<Catalog> close(long version) {
        if (version < 1) {
            leaveOut(CatalogEntries.VERSION_KEY, "a version is 1 or more, not " + version);
            return Optional.empty();
        }
        if (version == current.version() && pending.isEmpty()) {
            return Optional.empty();
        }
        pending.forEach(
                (key, item) -> {
                    if (item.isPresent()) {
                        shown.put(key, item.get());
                    } else {
                        shown.remove(key);
                    }
                });
        pending.clear();
        current = catalog(version);
        return Optional.of(current);
    }

    private Catalog catalog(long version) {
        List<Tenant> tenants = new ArrayList<>();
        List<Lane> lanes = new ArrayList<>();
        List<Route> routes = new ArrayList<>();
        List<Price> prices = new ArrayList<>();
        for (CatalogItem item : shown.values()) {
            switch (item) {
                case Tenant tenant -> tenants.add(tenant);
                case Lane lane -> lanes.add(lane);
                case Route route -> routes.add(route);
                case Price price -> prices.add(price);
            }
        }
        return new Catalog(version, tenants, lanes, routes, prices);
    }

    private void leaveOut(String key, String message) {
        if (!key.equals(CatalogEntries.VERSION_KEY)) {
            unreadable.add(key);
        }
        reports.accept(new Problem(source(key), 1, Problems.DOCUMENT, message));
    }

    private static String source(String key) {
        return "millrace.catalog/" + Nodes.shown(key);
    }
}
