package dev.millrace.catalog;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * A route as the catalog file and the catalog topic write it. In the file its position is its place
 * in the list; on the topic, where entries have no order, it is written out.
 */
final class RouteShape {
    private RouteShape() {}

    /**
     * @param position in the file; empty to read it from the body
     */
    static Optional<Route> read(Fields fields, OptionalInt position) {
        String name = Names.read(fields, "name");
        // skipping a condition from a newer release would make the route match more than meant
        Optional<Fields> when = fields.strictObject("when");
        Set<String> verticals = condition(when, "vertical", Vocabulary.VERTICALS);
        Set<String> complexities = condition(when, "complexity", Vocabulary.COMPLEXITIES);
        Set<String> tenants = condition(when, "tenant", List.of());
        when.ifPresent(Fields::finish);
        List<String> lanes = fields.required("lanes") ? fields.texts("lanes") : List.of();
        if (fields.isEmptyList("lanes")) {
            fields.reject("lanes", "needs at least one lane");
        }
        refuseRepeats(fields, "lanes", lanes);
        int place =
                position.isPresent()
                        ? position.getAsInt()
                        : (int) fields.number("position", 0, 100_000);
        return fields.finish()
                ? Optional.of(new Route(name, place, verticals, complexities, tenants, lanes))
                : Optional.empty();
    }

    /**
     * @param vocabulary the words that may stand here; empty when that is not known here
     */
    private static Set<String> condition(
            Optional<Fields> conditions, String field, List<String> vocabulary) {
        if (conditions.isEmpty()) {
            return Set.of();
        }
        Fields when = conditions.get();
        List<String> words = when.texts(field);
        if (when.isEmptyList(field)) {
            when.reject(field, "lists nothing; leave it out to match every " + field);
        }
        for (int i = 0; i < words.size() && !vocabulary.isEmpty(); i++) {
            if (!words.get(i).isEmpty() && !vocabulary.contains(words.get(i))) {
                when.rejectItem(field, i, unknown(field, words.get(i), vocabulary));
            }
        }
        refuseRepeats(when, field, words);
        return new LinkedHashSet<>(words);
    }

    private static String unknown(String field, String word, List<String> vocabulary) {
        String hint = Nearest.hint(word, vocabulary);
        String help = hint.isEmpty() ? "; known: " + String.join(", ", vocabulary) : hint;
        return "\"%s\" is no %s%s".formatted(Nodes.shown(word), field, help);
    }

    private static void refuseRepeats(Fields fields, String field, List<String> words) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < words.size(); i++) {
            if (!words.get(i).isEmpty() && !seen.add(words.get(i))) {
                fields.rejectItem(field, i, Nodes.shown(words.get(i)) + " stands twice");
            }
        }
    }

    static Map<String, Object> write(Route route) {
        Map<String, Object> when = new TreeMap<>();
        putIfAny(when, "vertical", route.verticals());
        putIfAny(when, "complexity", route.complexities());
        putIfAny(when, "tenant", route.tenants());
        Map<String, Object> body = new TreeMap<>();
        body.put("name", route.name());
        body.put("position", route.position());
        body.put("lanes", route.lanes());
        body.put("when", when);
        return body;
    }

    private static void putIfAny(Map<String, Object> when, String field, Set<String> words) {
        if (!words.isEmpty()) {
            when.put(field, words.stream().sorted().toList());
        }
    }
}
