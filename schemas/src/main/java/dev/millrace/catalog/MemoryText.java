package dev.millrace.catalog;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as the catalog writes them: {@code 768MiB}, {@code 4GiB}. */
final class MemoryText {
    static final int LEAST_MIB = 16;

    static final int MOST_MIB = 1024 * 1024;

    private static final int MIB_PER_GIB = 1024;
    private static final Pattern LEGAL = Pattern.compile("([1-9]\\d{0,6})(MiB|GiB)");

    private MemoryText() {}

    /** In MiB; empty where the text is no amount within the limits. */
    static OptionalInt parse(String text) {
        Matcher matcher = LEGAL.matcher(text);
        if (!matcher.matches()) {
            return OptionalInt.empty();
        }
        long unit = matcher.group(2).equals("GiB") ? MIB_PER_GIB : 1;
        long mib = Long.parseLong(matcher.group(1)) * unit;
        return mib >= LEAST_MIB && mib <= MOST_MIB
                ? OptionalInt.of((int) mib)
                : OptionalInt.empty();
    }

    /** One text for each amount. */
    static String of(int mib) {
        return mib % MIB_PER_GIB == 0 ? mib / MIB_PER_GIB + "GiB" : mib + "MiB";
    }
}
