package dev.millrace.faults;

import dev.millrace.faults.Fault.BrokenException;
import dev.millrace.oracle.Oracle;
import dev.millrace.oracle.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Read this first: jobs flow, the fault strikes round after round, each time until what it stopped
 * flows again; then no more jobs, everything settles, and what became of them is judged.
 */
final class FaultRun {
    private static final Duration WARM = Duration.ofSeconds(180);
    private static final Duration SETTLE = Duration.ofSeconds(240);
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration ORACLE = Duration.ofSeconds(150);
    private static final Duration STUCK = Duration.ofSeconds(240);

    /** The load's rate counts as back from this share of it on: a second's count is never exact. */
    private static final double BACK = 0.8;

    private final Fault fault;
    private final Scene scene;
    private final List<String> broken = new ArrayList<>();
    private long mayRerun;
    private double recovery;
    private int rounds;

    FaultRun(Fault fault, Scene scene) {
        this.fault = fault;
        this.scene = scene;
    }

    /**
     * @param wanted how often it strikes
     * @throws TimeoutException when the stack cannot even be brought to where the fault begins
     */
    Row run(String name, int wanted) throws Exception {
        scene.stack().awaitAllRunning();
        fault.before().take(scene);
        int deadLettersBefore = (int) judge(Duration.ZERO, Set.of()).deadLetters();
        scene.traffic().start();
        Waiting.until("a stack that keeps up with its load", WARM, this::keepsUp);
        try {
            while (rounds < wanted) {
                round(name, wanted);
            }
        } catch (BrokenException e) {
            broken.add(String.valueOf(e.getMessage()));
        }
        scene.traffic().stop();
        fault.after().take(scene);
        return judged(name, deadLettersBefore);
    }

    private void round(String name, int wanted) throws Exception {
        Strike strike = fault.blow().strike(scene);
        mayRerun += fault.mayRerun() ? strike.open().size() + strike.justEnded() : 0;
        double seconds = recovered(strike);
        recovery = Math.max(recovery, seconds);
        rounds++;
        scene.progress()
                .say(
                        "%s %d/%d  met %d jobs, recovered in %.1f s",
                        name, rounds, wanted, strike.open().size(), seconds);
        if (rounds < wanted) {
            Waiting.until("a stack that has caught up", STUCK, this::keepsUp);
        }
        // not in step with anything that the services do at their own intervals
        TimeUnit.MILLISECONDS.sleep(500 + scene.random().nextInt(1_500));
    }

    /** Seconds; what takes longer than anything may is broken anyway and waited for no more. */
    private double recovered(Strike strike) throws InterruptedException {
        try {
            Waiting.until("recovery", STUCK, () -> isOver(strike));
        } catch (TimeoutException e) {
            broken.add(
                    "no recovery within %d s: %s; %d of the %d jobs on their way are still open"
                            .formatted(
                                    STUCK.toSeconds(),
                                    fault.flow(),
                                    strike.open().stream()
                                            .filter(mark -> !scene.watch().hasResult(mark))
                                            .count(),
                                    strike.open().size()));
        }
        return (System.nanoTime() - strike.nanos()) / 1e9;
    }

    private boolean isOver(Strike strike) throws Exception {
        boolean aSecondLater = System.nanoTime() - strike.nanos() > TimeUnit.SECONDS.toNanos(1);
        boolean ended = strike.open().stream().allMatch(scene.watch()::hasResult);
        boolean billed = strike.unbilled().stream().allMatch(scene.watch()::isBilled);
        return aSecondLater
                && ended
                && (fault.flow() == Fault.Flow.RESULTS || billed)
                && (fault.flow() != Fault.Flow.ROWS || scene.rows().count() >= strike.billed())
                && flows(fault.flow());
    }

    /**
     * Results come at the load's rate and nothing is left over from before: what a fault then does
     * is its own doing. A service that has just started is slow for its first seconds.
     */
    private boolean keepsUp() {
        return scene.openCount() <= scene.traffic().rate() && flows(fault.flow());
    }

    private boolean flows(Fault.Flow flow) {
        int lastSecond =
                switch (flow) {
                    case RESULTS, ROWS -> scene.watch().resultsInTheLastSecond();
                    case USAGE -> scene.watch().usageInTheLastSecond();
                };
        return lastSecond >= BACK * scene.traffic().rate();
    }

    private Row judged(String name, int deadLettersBefore) throws Exception {
        try {
            Waiting.until("the end of every job", SETTLE, () -> scene.open().isEmpty());
        } catch (TimeoutException e) {
            broken.add(scene.open().size() + " jobs have not ended, among them " + someOpen());
        }
        idleLanesHaveNoLag();
        Set<String> ids = new HashSet<>();
        scene.watch().results().values().forEach(ended -> ids.add(ended.jobId()));
        Verdict verdict = judge(ORACLE, ids);
        complain(verdict);
        if (fault.name().equals("garbage")) {
            garbageIsDeadLettered(verdict.deadLetters() - deadLettersBefore);
        }
        Evidence evidence =
                new Evidence(
                        scene.traffic().accepted().size(),
                        scene.watch().ended(),
                        Math.max(scene.watch().duplicates(), verdict.duplicates()),
                        scene.open().size(),
                        reruns(),
                        mayRerun,
                        verdict.chargedMicros(),
                        verdict.resultsMicros(),
                        recovery);
        broken.addAll(evidence.broken(fault.limit()));
        broken.forEach(what -> scene.progress().say("%s BROKEN: %s", name, what));
        scene.progress().say("%s ended: %s", name, scene.watch().statuses());
        return evidence.row(name, rounds, broken.isEmpty());
    }

    private Verdict judge(Duration patience, Set<String> ids) throws Exception {
        return new Oracle(scene.stack().subject(), Clock.systemUTC())
                .judgeWhenSettled(patience, ids);
    }

    private void complain(Verdict verdict) {
        verdict.violations()
                .forEach(
                        (invariant, all) -> all.forEach(one -> broken.add(invariant + ": " + one)));
        if (!verdict.settled()) {
            broken.add(
                    "%d things are still pending: %s"
                            .formatted(
                                    verdict.pending().size(),
                                    verdict.pending().stream().limit(3).toList()));
        }
    }

    private void idleLanesHaveNoLag() throws InterruptedException {
        for (String lane : List.of(StackCatalog.CHAT, StackCatalog.FLAKY, StackCatalog.GUIDE)) {
            try {
                Waiting.until(
                        "lag 0 of idle lane " + lane, IDLE, () -> scene.cluster().lag(lane) == 0);
            } catch (TimeoutException e) {
                broken.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private void garbageIsDeadLettered(long letters) {
        int sent = scene.traffic().garbageSent();
        scene.progress().say("garbage  %d records sent, %d dead letters", sent, letters);
        if (sent != letters) {
            broken.add(sent + " garbage records, " + letters + " dead letters");
        }
    }

    /** Model calls beyond one for each attempt that the result counts. */
    private long reruns() {
        long reruns = 0;
        for (var each : scene.watch().results().entrySet()) {
            reruns += Math.max(0, scene.calls().calls(each.getKey()) - each.getValue().attempts());
        }
        return reruns;
    }

    private List<String> someOpen() {
        return scene.open().stream().limit(3).toList();
    }
}
