package dev.millrace.bench;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What one run measures.
 *
 * @param jobs in a round at saturation
 * @param rounds of each measurement; medians are reported
 * @param seconds that a round at a steady rate lasts
 * @param rate jobs a second of such a round
 * @param json where the rows go
 */
record Plan(Set<Part> parts, int jobs, int rounds, int seconds, int rate, Optional<Path> json) {

    enum Part {
        SATURATION,
        LATENCY
    }

    Plan {
        parts = Set.copyOf(parts);
        within("--jobs", jobs, 100, 200_000);
        within("--rounds", rounds, 1, 50);
        within("--seconds", seconds, 1, 300);
        within("--rate", rate, 1, 2_000);
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException naming the argument and what it may be
     */
    static Plan parse(List<String> arguments) {
        Set<Part> parts = EnumSet.allOf(Part.class);
        int jobs = 20_000;
        int rounds = 5;
        int seconds = 20;
        int rate = 200;
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
        return new Plan(parts, jobs, rounds, seconds, rate, json);
    }

    private static Set<Part> named(String name) {
        return switch (name) {
            case "all" -> EnumSet.allOf(Part.class);
            case "saturation", "latency" -> EnumSet.of(Part.valueOf(name.toUpperCase(Locale.ROOT)));
            default ->
                    throw new IllegalArgumentException(
                            name
                                    + " is no benchmark and no option; there are all, saturation, latency");
        };
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
