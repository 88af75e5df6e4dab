package dev.millrace.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was measured, by name, round by round; reported as medians. */
final class Figures {
    private final Map<String, Samples> byName = new LinkedHashMap<>();

    private record Samples(String unit, List<Double> floor, List<Double> millrace) {}

    /**
     * One line of the report.
     *
     * @param floor null where only Millrace has such a thing, and so is the ratio
     * @param ratio Millrace's figure over the floor's
     */
    @JsonPropertyOrder({"name", "floor", "millrace", "ratio", "unit"})
    record Row(
            String name,
            @Nullable Double floor,
            @Nullable Double millrace,
            @Nullable Double ratio,
            String unit) {}

    void floor(String name, String unit, double value) {
        samples(name, unit).floor().add(value);
    }

    void millrace(String name, String unit, double value) {
        samples(name, unit).millrace().add(value);
    }

    void of(Line line, String name, String unit, double value) {
        if (line.isFloor()) {
            floor(name, unit, value);
        } else {
            millrace(name, unit, value);
        }
    }

    /** In the order in which the names came, those of one group together. */
    List<Row> rows() {
        Map<String, List<Row>> groups = new LinkedHashMap<>();
        byName.forEach(
                (name, samples) ->
                        groups.computeIfAbsent(group(name), group -> new ArrayList<>())
                                .add(row(name, samples)));
        return groups.values().stream().flatMap(List::stream).toList();
    }

    private static Row row(String name, Samples samples) {
        Double floor = median(samples.floor());
        Double millrace = median(samples.millrace());
        return new Row(
                name, rounded(floor), rounded(millrace), ratio(floor, millrace), samples.unit());
    }

    private static String group(String name) {
        return name.substring(0, name.indexOf('.'));
    }

    /** A table for people: medians, and in brackets the least and the most of all rounds. */
    String table() {
        StringBuilder table = new StringBuilder();
        table.append(line("", "floor", "", "millrace", "", "ratio", ""));
        String group = "";
        for (Row row : rows()) {
            Samples samples = byName.get(row.name());
            if (samples == null) {
                continue;
            }
            table.append(group(row.name()).equals(group) ? "" : "\n");
            group = group(row.name());
            table.append(
                    line(
                            row.name(),
                            shown(row.floor()),
                            spread(samples.floor()),
                            shown(row.millrace()),
                            spread(samples.millrace()),
                            shown(row.ratio()),
                            samples.unit()));
        }
        return table.toString();
    }

    private Samples samples(String name, String unit) {
        return byName.computeIfAbsent(
                name, n -> new Samples(unit, new ArrayList<>(), new ArrayList<>()));
    }

    private static @Nullable Double median(List<Double> values) {
        return values.isEmpty() ? null : Percentile.median(array(values));
    }

    private static @Nullable Double ratio(@Nullable Double floor, @Nullable Double millrace) {
        return floor == null || millrace == null || floor <= 0 ? null : rounded(millrace / floor);
    }

    /** Three digits or so: more would claim what was not measured. */
    static @Nullable Double rounded(@Nullable Double value) {
        if (value == null || value.isNaN() || value.isInfinite()) {
            return null;
        }
        double scale = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 10 : 100;
        return Math.round(value * scale) / scale;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static String spread(List<Double> values) {
        if (values.size() < 2) {
            return "";
        }
        double[] all = array(values);
        return "(%s-%s)"
                .formatted(
                        shown(rounded(java.util.Arrays.stream(all).min().orElseThrow())),
                        shown(rounded(java.util.Arrays.stream(all).max().orElseThrow())));
    }

    private static String shown(@Nullable Double value) {
        if (value == null) {
            return "-";
        }
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.endsWith(".00") && Math.abs(value) >= 100
                ? text.substring(0, text.length() - 3)
                : text;
    }

    private static String line(
            String name,
            String floor,
            String floorSpread,
            String millrace,
            String millraceSpread,
            String ratio,
            String unit) {
        return "%-40s %9s %-17s %9s %-17s %7s  %s"
                        .formatted(name, floor, floorSpread, millrace, millraceSpread, ratio, unit)
                        .stripTrailing()
                + "\n";
    }
}
