package dev.millrace.catalog;

import java.time.Duration;
import java.util.List;

/**
 * One model's topics, partitions and consumer group.
 *
 * @param partitions of each band's topic; only ever raised
 * @param slots jobs that one worker runs at once
 * @param workers processes that the local stack runs; 0 leaves the lane without any
 * @param maxTokens the most output tokens that a job on this lane may ask for
 * @param attemptTimeout one attempt's limit
 * @param maxAttempts attempts before the job fails
 * @param retired takes no new jobs; what is there is drained
 * @param serves jobs of this kind and no other
 */
public record Lane(
        String name,
        String model,
        List<String> aliases,
        EngineSpec engine,
        int partitions,
        int slots,
        int workers,
        int maxTokens,
        Duration attemptTimeout,
        int maxAttempts,
        boolean retired,
        JobKind serves)
        implements CatalogItem {
    public Lane {
        aliases = List.copyOf(aliases);
    }

    /** A lane for chats. */
    public Lane(
            String name,
            String model,
            List<String> aliases,
            EngineSpec engine,
            int partitions,
            int slots,
            int workers,
            int maxTokens,
            Duration attemptTimeout,
            int maxAttempts,
            boolean retired) {
        this(
                name,
                model,
                aliases,
                engine,
                partitions,
                slots,
                workers,
                maxTokens,
                attemptTimeout,
                maxAttempts,
                retired,
                JobKind.CHAT);
    }

    @Override
    public String kind() {
        return "lane";
    }

    @Override
    public String id() {
        return name;
    }
}
