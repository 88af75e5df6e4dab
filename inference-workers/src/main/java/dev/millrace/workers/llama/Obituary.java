package dev.millrace.workers.llama;

import java.util.List;
import java.util.OptionalInt;

/**
 * How an engine process ended, for a human.
 *
 * @param outOfMemory whether it ended because it may have no more memory
 */
record Obituary(String text, boolean outOfMemory) {

    /** What the Java machine, the C and the C++ library and llama.cpp say when they get no more. */
    private static final List<String> OUT_OF_MEMORY =
            List.of(
                    "OutOfMemoryError",
                    "bad_alloc",
                    "Cannot allocate memory",
                    "cannot allocate memory",
                    "insufficient memory",
                    "failed to allocate",
                    "Could not reserve enough space",
                    "Failed to reserve");

    /**
     * @param status as {@code status 137}, or what is known instead
     * @param lastWords the last lines that it printed
     * @param limitMib the limit of its memory
     */
    static Obituary of(String status, List<String> lastWords, OptionalInt limitMib) {
        String words = lastWords.isEmpty() ? "" : ": " + String.join(" | ", lastWords);
        boolean outOfMemory = tellsOfNoMemory(words);
        String reason = outOfMemory ? " for want of memory" + limit(limitMib) : "";
        return new Obituary("the engine process ended" + reason + status + words, outOfMemory);
    }

    /** What is wrong with a start, with the limit where that is the reason. */
    static String ofStart(String detail, OptionalInt limitMib) {
        return limitMib.isPresent() && tellsOfNoMemory(detail)
                ? "the engine does not fit" + limit(limitMib) + ": " + detail
                : detail;
    }

    private static boolean tellsOfNoMemory(String words) {
        return OUT_OF_MEMORY.stream().anyMatch(words::contains);
    }

    private static String limit(OptionalInt mib) {
        return mib.isPresent() ? " in its memory_limit of " + mib.getAsInt() + "MiB" : "";
    }
}
