package dev.millrace.faults;

import dev.millrace.faults.Fault.BrokenException;
import dev.millrace.v1.ResultStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What happens with jobs and with what answers them. */
final class JobFaults {
    private static final double GARBAGE_SHARE = 0.05;
    private static final int NEIGHBOURS = 6;
    private static final Duration NATIVE_LIMIT = Duration.ofSeconds(120);
    private static final Duration AFTER_LONG = Duration.ofSeconds(60);

    static void flakyWorker(Scene scene) throws InterruptedException, TimeoutException {
        scene.stack().apply(scene.stack().catalog().withFlakyWorkers(1));
    }

    static void noFlakyWorker(Scene scene) throws InterruptedException, TimeoutException {
        scene.stack().apply(scene.stack().catalog().withFlakyWorkers(0));
    }

    /** All jobs go to the provider that fails four times in five, then none. */
    static Strike failingProvider(Scene scene) throws InterruptedException {
        scene.traffic().to(StackCatalog.FLAKY);
        TimeUnit.SECONDS.sleep(scene.seconds());
        scene.traffic().to(StackCatalog.CHAT);
        return scene.now();
    }

    static void guideWorker(Scene scene) throws InterruptedException, TimeoutException {
        scene.stack().apply(scene.stack().catalog().withGuideWorkers(1));
    }

    static void noGuideWorker(Scene scene) throws InterruptedException, TimeoutException {
        scene.stack().apply(scene.stack().catalog().withGuideWorkers(0));
    }

    /** The poison ends as failed after its attempts; those before and behind it succeed. */
    static Strike poisonPrompt(Scene scene) throws Exception {
        String round = "native" + System.nanoTime() + "x";
        String poison = round + "poison";
        List<String> neighbours = new ArrayList<>();
        for (int i = 0; i < NEIGHBOURS; i++) {
            if (i == NEIGHBOURS / 2) {
                scene.traffic().sendOne(poison, StackCatalog.GUIDE, PoisonModel.prompt());
            }
            neighbours.add(round + i);
            scene.traffic().sendOne(round + i, StackCatalog.GUIDE, "What is Millrace?");
        }
        Strike strike = scene.now();
        Waiting.until(
                "the poison and its neighbours have ended",
                NATIVE_LIMIT,
                () ->
                        scene.watch().hasResult(poison)
                                && neighbours.stream().allMatch(scene.watch()::hasResult));
        requireEnd(scene, poison, ResultStatus.FAILED);
        for (String neighbour : neighbours) {
            requireEnd(scene, neighbour, ResultStatus.SUCCEEDED);
        }
        return strike;
    }

    private static void requireEnd(Scene scene, String mark, ResultStatus wanted)
            throws BrokenException {
        ResultWatch.Ended ended = scene.watch().result(mark).orElseThrow();
        if (ended.status() != wanted) {
            throw new BrokenException(
                    "job=%s mark=%s ended as %s after %d attempts, not as %s"
                            .formatted(
                                    ended.jobId(), mark, ended.status(), ended.attempts(), wanted));
        }
    }

    static Strike garbage(Scene scene) throws InterruptedException {
        scene.traffic().garbage(GARBAGE_SHARE);
        TimeUnit.SECONDS.sleep(scene.seconds());
        scene.traffic().garbage(0);
        return scene.now();
    }

    /** Runs once, and the group does not change meanwhile. */
    static Strike longJob(Scene scene) throws Exception {
        String mark = "long" + System.nanoTime();
        int epoch = scene.cluster().groupEpoch(StackCatalog.CHAT);
        scene.calls().delay(mark, Duration.ofSeconds(scene.seconds()));
        scene.traffic().sendOne(mark, StackCatalog.CHAT, "take your time");
        Waiting.until(
                "the long job's end",
                Duration.ofSeconds(scene.seconds()).plus(AFTER_LONG),
                () -> scene.watch().hasResult(mark));
        requireEnd(scene, mark, ResultStatus.SUCCEEDED);
        int calls = scene.calls().calls(mark);
        int epochAfter = scene.cluster().groupEpoch(StackCatalog.CHAT);
        if (calls != 1 || epochAfter != epoch) {
            throw new BrokenException(
                    "the long job ran %d times, the group's epoch went from %d to %d"
                            .formatted(calls, epoch, epochAfter));
        }
        return scene.now();
    }

    private JobFaults() {}
}
