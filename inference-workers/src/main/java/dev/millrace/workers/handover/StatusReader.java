package dev.millrace.workers.handover;

import dev.millrace.kit.Connection;
import dev.millrace.kit.TopicReader;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Finishing;
import dev.millrace.v1.LaneStatus;
import dev.millrace.workers.intake.Place;
import dev.millrace.workers.intake.UnderWay.Fate;
import dev.millrace.workers.intake.UnderWay.HandedOver;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Hears the statuses of the lane's other workers, and tells {@link Peers}. */
public final class StatusReader implements AutoCloseable {
    private static final Duration LOOK_BACK = Duration.ofMinutes(1);

    private final String prefix;
    private final long self;
    private final Peers peers;
    private final Runnable onNews;
    private final LongSupplier nanoTime;
    private final TopicReader reader;

    /**
     * @param onNews called on the reading thread when a record that somebody may wait for may have
     *     become free
     */
    public StatusReader(
            Connection connection,
            String lane,
            long self,
            Peers peers,
            Runnable onNews,
            LongSupplier nanoTime,
            Clock clock) {
        this.prefix = lane + "/";
        this.self = self;
        this.peers = peers;
        this.onNews = onNews;
        this.nanoTime = nanoTime;
        this.reader =
                TopicReader.since(LOOK_BACK, "lane-status", connection, clock)
                        .of(Topics.LANE_STATUS, this::accept);
    }

    public StatusReader start() {
        reader.start();
        return this;
    }

    @Override
    public void close() {
        reader.close();
    }

    private void accept(String key, @Nullable LaneStatus status, boolean live) {
        if (!key.startsWith(prefix)) {
            return;
        }
        if (status == null) {
            peers.left(key);
            onNews.run();
        } else if (status.getRunner().equals(hex(self))) {
            peers.started(key, self);
        } else {
            List<HandedOver> records =
                    status.getFinishing().stream().map(StatusReader::record).toList();
            peers.heard(key, runner(status), records, live, nanoTime.getAsLong());
            if (!records.isEmpty()) {
                onNews.run();
            }
        }
    }

    /** A runner as statuses name it. */
    public static String hex(long runner) {
        return Long.toHexString(runner);
    }

    private static long runner(LaneStatus status) {
        try {
            return Long.parseUnsignedLong(status.getRunner(), 16);
        } catch (NumberFormatException e) {
            // of a version that did not name itself
            return 0;
        }
    }

    private static HandedOver record(Finishing finishing) {
        return new HandedOver(
                new Place(finishing.getTopic(), finishing.getPartition(), finishing.getOffset()),
                fate(finishing.getState()));
    }

    private static Fate fate(String state) {
        return switch (state) {
            case "done" -> Fate.DONE;
            case "given_up" -> Fate.GIVEN_UP;
            default -> Fate.RUNNING;
        };
    }

    /** A fate as statuses name it. */
    public static String word(Fate fate) {
        return fate.name().toLowerCase(Locale.ROOT);
    }
}
