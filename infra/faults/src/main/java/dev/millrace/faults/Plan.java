package dev.millrace.faults;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What one run does.
 *
 * @param faults by name, in order, {@value #MIX} among them
 * @param rounds instead of each fault's own number
 * @param seconds instead of each fault's own length
 * @param rate jobs a second
 * @param quick fewer rounds and shorter outages
 * @param json where the rows go
 */
record Plan(
        List<String> faults,
        OptionalInt rounds,
        OptionalInt seconds,
        long seed,
        int rate,
        boolean quick,
        Optional<Path> json) {
    static final String MIX = "mix";
    private static final String ALL = "all";

    Plan {
        faults = List.copyOf(faults);
        rounds.ifPresent(n -> within("--rounds", n, 1, 1_000));
        seconds.ifPresent(n -> within("--seconds", n, 1, 3_600));
        within("--rate", rate, 1, 1_000);
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException naming the argument and what it may be
     */
    static Plan parse(List<String> arguments) {
        Set<String> names = new LinkedHashSet<>();
        OptionalInt rounds = OptionalInt.empty();
        OptionalInt seconds = OptionalInt.empty();
        int seed = 1;
        int rate = 100;
        boolean quick = false;
        Optional<Path> json = Optional.empty();
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--rounds" -> rounds = OptionalInt.of(number(argument, rest));
                case "--seconds" -> seconds = OptionalInt.of(number(argument, rest));
                case "--seed" -> seed = number(argument, rest);
                case "--rate" -> rate = number(argument, rest);
                case "--short" -> quick = true;
                case "--json" -> json = Optional.of(Path.of(value(argument, rest)));
                default -> names.addAll(named(argument));
            }
        }
        return new Plan(
                List.copyOf(names.isEmpty() ? named(ALL) : names),
                rounds,
                seconds,
                seed,
                rate,
                quick,
                json);
    }

    /** How often a fault strikes. */
    int rounds(int usual, int whenQuick) {
        return rounds.orElse(quick ? whenQuick : usual);
    }

    /** How long it lasts. */
    int seconds(int usual, int whenQuick) {
        return seconds.orElse(quick ? whenQuick : usual);
    }

    private static List<String> named(String name) {
        List<String> known = Faults.names();
        if (name.equals(ALL)) {
            return known;
        }
        if (!known.contains(name)) {
            throw new IllegalArgumentException(
                    name
                            + " is no fault and no option; there are all, "
                            + String.join(", ", known));
        }
        return List.of(name);
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
