package dev.millrace.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one run measures.
 *
 * @param jobs in a round at saturation
 * @param rounds of each measurement; medians are reported
 * @param seconds that a round at a steady rate lasts
 * @param rate jobs a second of such a round
 * @param longSeconds that the long job of one measurement and the flood of another last
 * @param json where the rows go
 */
record Plan(
        Set<Part> parts,
        int jobs,
        int rounds,
        int seconds,
        int rate,
        int longSeconds,
        Optional<Path> json) {

    enum Part {
        SATURATION,
        LATENCY,
        WORKER,
        SLOTS,
        NEIGHBOUR,
        FAIRNESS,
        SHAREGROUPS,
        PROFILE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    boolean hasAnyOf(Part... wanted) {
        return Arrays.stream(wanted).anyMatch(parts::contains);
    }

    Plan {
        parts = Set.copyOf(parts);
        within("--jobs", jobs, 100, 200_000);
        within("--rounds", rounds, 1, 50);
        within("--seconds", seconds, 1, 300);
        within("--rate", rate, 1, 2_000);
        within("--long", longSeconds, 2, 120);
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException naming the argument and what it may be
     */
    static Plan parse(List<String> arguments) {
        Set<Part> parts = ALL;
        int jobs = 20_000;
        int rounds = 5;
        int seconds = 20;
        int rate = 200;
        int longSeconds = 60;
        Optional<Path> json = Optional.empty();
        boolean named = false;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--jobs" -> jobs = number(argument, rest);
                case "--rounds" -> rounds = number(argument, rest);
                case "--seconds" -> seconds = number(argument, rest);
                case "--rate" -> rate = number(argument, rest);
                case "--long" -> longSeconds = number(argument, rest);
                case "--json" -> json = Optional.of(Path.of(value(argument, rest)));
                default -> {
                    if (named) {
                        throw new IllegalArgumentException(argument + " is one argument too many");
                    }
                    parts = named(argument);
                    named = true;
                }
            }
        }
        return new Plan(parts, jobs, rounds, seconds, rate, longSeconds, json);
    }

    /** What is measured where nothing is named: what says how well Millrace does. */
    private static final Set<Part> ALL =
            EnumSet.complementOf(EnumSet.of(Part.SHAREGROUPS, Part.PROFILE));

    private static Set<Part> named(String name) {
        if (name.equals("all")) {
            return ALL;
        }
        return Arrays.stream(Part.values())
                .filter(part -> part.label().equals(name))
                .findFirst()
                .<Set<Part>>map(EnumSet::of)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        name
                                                + " is no benchmark and no option; there are all, "
                                                + Arrays.stream(Part.values())
                                                        .map(Part::label)
                                                        .collect(Collectors.joining(", "))));
    }

    private static int number(String option, Iterator<String> rest) {
        String text = value(option, rest);
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(option + " takes a whole number, not " + text);
        }
        return Integer.parseInt(text);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s must be from %d to %d, is %d".formatted(option, least, most, value));
        }
    }
}
