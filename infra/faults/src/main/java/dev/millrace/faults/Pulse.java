package dev.millrace.faults;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Says every few seconds how jobs flow. */
final class Pulse implements AutoCloseable {
    private static final int EVERY_S = 15;

    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("pulse").daemon().factory());

    static Pulse of(Scene scene) {
        Pulse pulse = new Pulse();
        ScheduledFuture<?> beats =
                pulse.timer.scheduleAtFixedRate(
                        () -> beat(scene), EVERY_S, EVERY_S, TimeUnit.SECONDS);
        assert !beats.isDone();
        return pulse;
    }

    private static void beat(Scene scene) {
        scene.progress()
                .say(
                        "  accepted=%d ended=%d (%d in the last second) billed=%d (%d)",
                        scene.traffic().accepted().size(),
                        scene.watch().ended(),
                        scene.watch().resultsInTheLastSecond(),
                        scene.watch().billed(),
                        scene.watch().usageInTheLastSecond());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
