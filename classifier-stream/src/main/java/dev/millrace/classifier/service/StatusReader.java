package dev.millrace.classifier.service;

import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.kit.Connection;
import dev.millrace.kit.TopicReader;
import dev.millrace.topics.Topics;

/**
 * Reads what workers and tasks say of themselves into the {@link LaneBoard}, all of it and by a
 * thread of its own. Nobody waits for it: what it could not read yet is not known yet.
 */
public final class StatusReader implements AutoCloseable {
    private final TopicReader reader;

    public StatusReader(Connection connection, LaneBoard board) {
        reader =
                TopicReader.fromTheBeginning("status", connection)
                        .of(
                                Topics.LANE_STATUS,
                                (worker, status, live) -> board.worker(worker, status))
                        .of(
                                Topics.TENANT_STATUS,
                                (tenant, status, live) -> {
                                    if (status != null) {
                                        board.tenant(status);
                                    }
                                });
    }

    public StatusReader start() {
        reader.start();
        return this;
    }

    @Override
    public void close() {
        reader.close();
    }
}
