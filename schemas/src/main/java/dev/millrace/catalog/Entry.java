package dev.millrace.catalog;

/**
 * One entry of the catalog as it is published.
 *
 * @param kind {@code tenant}, {@code lane}, {@code route} or {@code price}
 * @param name unique among its kind
 * @param canonicalJson every field with its value, defaults too; keys sorted, no white space,
 *     ASCII: equal entries have equal bodies
 */
public record Entry(String kind, String name, String canonicalJson) {

    /** The key of its record on the catalog topic. */
    public String key() {
        return kind + "/" + name;
    }
}
