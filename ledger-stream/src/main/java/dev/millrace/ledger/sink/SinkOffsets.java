package dev.millrace.ledger.sink;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jdbi.v3.core.Handle;

/**
 * {@code ledger.sink_offset}: where reading goes on. It moves only from where its owner last saw
 * it.
 */
final class SinkOffsets {
    private static final String BEGIN =
            """
            insert into ledger.sink_offset (topic, partition, next_offset) values (:topic, :partition, 0)
            on conflict (topic, partition) do nothing
            """;

    private static final String READ =
            "select next_offset from ledger.sink_offset where topic = :topic and partition = :partition";

    private static final String MOVE =
            """
            update ledger.sink_offset as stored set next_offset = move.next_offset, updated_at = now()
            from json_to_recordset(cast(:rows as json)) as move(
                topic text, partition integer, expected bigint, next_offset bigint)
            where stored.topic = move.topic and stored.partition = move.partition
              and stored.next_offset = move.expected
            """;

    /** The stored offset of each partition; 0 for one that was never read. */
    static Map<TopicPartition, Long> read(Handle handle, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> stored = new HashMap<>();
        for (TopicPartition partition : partitions) {
            handle.createUpdate(BEGIN)
                    .bind("topic", partition.topic())
                    .bind("partition", partition.partition())
                    .execute();
            stored.put(
                    partition,
                    handle.createQuery(READ)
                            .bind("topic", partition.topic())
                            .bind("partition", partition.partition())
                            .mapTo(Long.class)
                            .one());
        }
        return stored;
    }

    /**
     * Moves all or throws, in the caller's transaction.
     *
     * @param expected what each was when it was last read or moved
     * @throws OffsetsMovedException when another process moved one of them in between
     */
    static void move(
            Handle handle, Map<TopicPartition, Long> expected, Map<TopicPartition, Long> next) {
        JsonRows moves = new JsonRows();
        next.forEach(
                (partition, offset) ->
                        moves.add()
                                .set("topic", partition.topic())
                                .set("partition", partition.partition())
                                .set("expected", expected.getOrDefault(partition, -1L))
                                .set("next_offset", offset));
        int moved = handle.createUpdate(MOVE).bind("rows", moves.toString()).execute();
        if (moved != next.size()) {
            throw new OffsetsMovedException(next.keySet());
        }
    }

    /**
     * Somebody else owns one of these partitions now, or a commit went through without its answer.
     */
    static final class OffsetsMovedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OffsetsMovedException(Collection<TopicPartition> partitions) {
            super("stored offsets are not where they were left: " + partitions);
        }
    }

    private SinkOffsets() {}
}
