package dev.millrace.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Catalog entries to and from the bodies of their records. A body is JSON, JSON is YAML, and the
 * code that reads the file reads it back.
 */
public final class CatalogEntries {
    /** The key of the record that closes an apply; its kind and name are the key's two halves. */
    public static final String VERSION_KEY = "catalog/version";

    /** ASCII only, so that no character of it is one that YAML reads differently. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private CatalogEntries() {}

    /** What a body came to. */
    public sealed interface Reading {
        record Good(CatalogItem item) implements Reading {}

        /**
         * It cannot be used.
         *
         * @param problems at least one
         */
        record Bad(List<Problem> problems) implements Reading {
            public Bad {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Tenants, lanes, routes, prices. */
    public static List<Entry> of(Catalog catalog) {
        List<CatalogItem> items = new ArrayList<>();
        items.addAll(catalog.tenants().values());
        items.addAll(catalog.lanes().values());
        items.addAll(catalog.routes());
        items.addAll(catalog.prices());
        return items.stream().map(CatalogEntries::of).toList();
    }

    public static Entry of(CatalogItem item) {
        // every map of a shape is sorted by key
        Map<String, Object> body =
                switch (item) {
                    case Tenant tenant -> TenantShape.write(tenant);
                    case Lane lane -> LaneShape.write(lane);
                    case Route route -> RouteShape.write(route);
                    case Price price -> PriceShape.write(price);
                };
        try {
            return new Entry(item.kind(), item.id(), JSON.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("entry=" + item.key() + " has no JSON", e);
        }
    }

    /**
     * Reads a body back. Fields that this release does not know are skipped, so that services of
     * different releases can share a catalog; a condition of a route is not, since a route would
     * match more than was meant.
     *
     * @param source what to name in problems, as a file is named in those of a file
     */
    public static Reading read(String source, String kind, String name, String body) {
        Problems problems = new Problems(source);
        @Nullable CatalogItem item =
                YamlDocument.compose(body, problems)
                        .flatMap(root -> Fields.of(root, problems, false))
                        .flatMap(fields -> read(kind, fields, problems))
                        .orElse(null);
        if (item != null && !item.id().equals(name)) {
            problems.add(1, Problems.DOCUMENT, "the record's key and its body name two entries");
        }
        return item == null || problems.count() > 0
                ? new Reading.Bad(problems.list())
                : new Reading.Good(item);
    }

    private static Optional<? extends CatalogItem> read(
            String kind, Fields fields, Problems problems) {
        return switch (kind) {
            case "tenant" -> TenantShape.read(fields);
            case "lane" -> LaneShape.read(fields);
            case "route" -> RouteShape.read(fields, OptionalInt.empty());
            case "price" -> PriceShape.read(fields);
            default -> {
                problems.add(1, Problems.DOCUMENT, "unknown kind of entry " + Nodes.shown(kind));
                yield Optional.empty();
            }
        };
    }
}
