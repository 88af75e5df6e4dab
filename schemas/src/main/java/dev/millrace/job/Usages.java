package dev.millrace.job;

import dev.millrace.v1.Usage;

/** Token counts as records carry them. */
public final class Usages {
    private Usages() {}

    /**
     * Without writes to a cache.
     *
     * @param estimated whether Millrace counted because the engine did not
     */
    public static Usage of(
            long input, long cachedInput, long output, long reasoning, boolean estimated) {
        return new Usage(input, cachedInput, output, reasoning, estimated, 0L);
    }
}
