package dev.millrace.catalog;

import java.util.List;
import java.util.Map;

/** What a catalog file came to. */
public sealed interface CatalogReading {

    /**
     * A catalog that may be applied.
     *
     * @param catalog as version 0: a file has no version
     * @param entries what is published for it
     * @param places by entry key ({@code lane/echo}) and by section ({@code lanes})
     */
    record Valid(Catalog catalog, List<Entry> entries, Map<String, Place> places)
            implements CatalogReading {
        public Valid {
            entries = List.copyOf(entries);
            places = Map.copyOf(places);
        }
    }

    /**
     * A file with mistakes.
     *
     * @param problems all that were found, in line order, at least one
     */
    record Invalid(List<Problem> problems) implements CatalogReading {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
