package dev.millrace.catalog;

/** One entry of the catalog: what is added, changed and removed as a whole. */
public sealed interface CatalogItem permits Tenant, Lane, Route, Price {

    /** {@code tenant}, {@code lane}, {@code route} or {@code price}. */
    String kind();

    /** Unique among its kind; a price's is {@code lane/effective_from}. */
    String id();

    /** The key of its record on the catalog topic. */
    default String key() {
        return kind() + "/" + id();
    }
}
