package dev.millrace.workers;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Lane;
import dev.millrace.workers.engine.LaneEngine;
import dev.millrace.workers.intake.JobBoard;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This worker's lane as the catalog has it now; changes reach the board and the engine without a
 * restart.
 */
final class LaneView {
    private static final Logger LOG = LoggerFactory.getLogger(LaneView.class);

    private final String name;
    private final JobBoard board;
    private final LaneEngine engine;
    private volatile @Nullable Lane current;

    LaneView(String name, JobBoard board, LaneEngine engine) {
        this.name = name;
        this.board = board;
        this.engine = engine;
    }

    /** A lane that has left the catalog is served as it was: jobs may still wait in it. */
    void accept(Catalog catalog) {
        Lane lane = catalog.lanes().get(name);
        if (lane == null) {
            if (current != null) {
                LOG.warn(
                        "lane={} catalog_version={} state=left_the_catalog",
                        name,
                        catalog.version());
            }
            return;
        }
        if (!lane.equals(current)) {
            LOG.info(
                    "lane={} catalog_version={} model={} engine={} slots={} attempt_timeout_ms={} retired={}",
                    name,
                    catalog.version(),
                    lane.model(),
                    lane.engine().type(),
                    lane.slots(),
                    lane.attemptTimeout().toMillis(),
                    lane.retired());
            current = lane;
            board.resize(lane.slots());
            engine.follow(lane.engine());
        }
    }

    Optional<Lane> known() {
        return Optional.ofNullable(current);
    }

    /** The lane; jobs are only taken once it is known. */
    Lane lane() {
        return known().orElseThrow(
                        () -> new IllegalStateException("lane=" + name + " is not in the catalog"));
    }
}
