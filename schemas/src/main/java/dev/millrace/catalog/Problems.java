package dev.millrace.catalog;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Collects what is wrong with one file. The same problem said twice counts once. */
final class Problems {
    static final int LIMIT = 50;

    private static final int MAX_COUNTED = 10_000;

    /** The path of a problem that belongs to no field. */
    static final String DOCUMENT = "(document)";

    private final String file;
    private final Set<Problem> found = new LinkedHashSet<>();

    Problems(String file) {
        this.file = file;
    }

    String file() {
        return file;
    }

    void add(int line, String path, String message) {
        if (found.size() == MAX_COUNTED) {
            return;
        }
        found.add(new Problem(file, line, path.isEmpty() ? DOCUMENT : path, message));
    }

    int count() {
        return found.size();
    }

    /** In line order; what is above {@link #LIMIT} is only counted. */
    List<Problem> list() {
        List<Problem> sorted =
                found.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
        if (sorted.size() <= LIMIT) {
            return sorted;
        }
        List<Problem> first = sorted.subList(0, LIMIT);
        String rest = (sorted.size() - LIMIT) + " more problems are not shown";
        return Stream.concat(
                        first.stream(),
                        Stream.of(new Problem(file, first.getLast().line(), DOCUMENT, rest)))
                .toList();
    }
}
