package dev.millrace.workers.handover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.Band;
import dev.millrace.workers.handover.HeldJobs.Ruling;
import dev.millrace.workers.handover.HeldJobs.Verdict;
import dev.millrace.workers.intake.LaneJob;
import dev.millrace.workers.intake.Place;
import dev.millrace.workers.intake.Standing;
import dev.millrace.workers.intake.UnderWay.Fate;
import dev.millrace.workers.intake.UnderWay.HandedOver;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class HeldJobsTest {
    private static final long SELF = 1;
    private static final long RUNNER = 77;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Peers peers = new Peers(Duration.ofSeconds(5));
    private final Set<Place> running = new HashSet<>();
    private final HeldJobs held = new HeldJobs(peers, running::contains);

    @Test
    void whatNobodyHasStartedIsNotHeld() {
        assertThat(held.hold(job(5), Standing.WAITING, SELF, 0)).isFalse();
        assertThat(held.hold(job(6), Standing.running(SELF), SELF, 0)).isFalse();
        assertThat(held.isEmpty()).isTrue();
    }

    @Test
    void whatAnotherRunsIsHeldUntilItIsDone() {
        // Given
        says(5, Fate.RUNNING);
        assertThat(held.hold(job(5), Standing.running(RUNNER), SELF, 0)).isTrue();
        assertThat(held.rule(0)).isEmpty();

        // When
        says(5, Fate.DONE);

        // Then
        assertThat(held.rule(0)).containsExactly(new Ruling(job(5), Verdict.FINISHED));
        assertThat(held.isEmpty()).isTrue();
    }

    @Test
    void aRecordThatALivingWorkerSaysItRunsIsHeldWhateverTheCommitSays() {
        says(5, Fate.RUNNING);

        assertThat(held.hold(job(5), Standing.WAITING, SELF, 0)).isTrue();
    }

    @Test
    void recordsThatAWorkerDiedWithAreTriedOneAfterTheOther() {
        // Given
        held.hold(job(5), Standing.running(RUNNER), SELF, 0);
        held.hold(job(6), Standing.running(RUNNER), SELF, 0);

        // When the worker has been silent for too long
        List<Ruling> rulings = held.rule(6 * SECOND);

        // Then
        assertThat(rulings)
                .containsExactly(
                        new Ruling(job(5), Verdict.SUSPECT),
                        new Ruling(job(6), Verdict.SUSPECT),
                        new Ruling(job(5), Verdict.TRY));
        running.add(job(5).place());
        assertThat(held.rule(7 * SECOND)).isEmpty();
        held.finished(job(5).place());
        assertThat(held.rule(7 * SECOND)).containsExactly(new Ruling(job(6), Verdict.TRY));
        assertThat(held.isEmpty()).isTrue();
    }

    @Test
    void aLongTrialDoesNotKeepTheNextWaiting() {
        // Given
        held.hold(job(5), Standing.SUSPECT, SELF, 0);
        held.hold(job(6), Standing.SUSPECT, SELF, 0);
        held.rule(0);
        assertThat(held.rule(60 * SECOND)).as("it has not begun").isEmpty();
        running.add(job(5).place());
        assertThat(held.rule(61 * SECOND)).isEmpty();

        // When
        List<Ruling> rulings = held.rule(64 * SECOND);

        // Then
        assertThat(rulings).containsExactly(new Ruling(job(6), Verdict.TRY));
    }

    @Test
    void aDeathDuringItsTrialIsReportedAndTheNextAttemptIsATrialAtOnce() {
        // Given
        held.hold(job(5), Standing.tried(RUNNER), SELF, 0);

        // When
        List<Ruling> rulings = held.rule(6 * SECOND);

        // Then
        assertThat(rulings).containsExactly(new Ruling(job(5), Verdict.REPORT));
        LaneJob nextAttempt = new LaneJob(record(9, "job-5"), Band.STANDARD);
        assertThat(held.hold(nextAttempt, Standing.WAITING, SELF, 0)).isTrue();
        assertThat(held.rule(6 * SECOND)).containsExactly(new Ruling(nextAttempt, Verdict.TRY));
    }

    @Test
    void aTrialThatAWorkerGaveUpIsHeldAgain() {
        // Given
        says(5, Fate.RUNNING);
        held.hold(job(5), Standing.tried(RUNNER), SELF, 0);

        // When
        says(5, Fate.GIVEN_UP);

        // Then
        assertThat(held.rule(0))
                .containsExactly(
                        new Ruling(job(5), Verdict.SUSPECT), new Ruling(job(5), Verdict.TRY));
    }

    @Test
    void aTrialWhosePartitionGoesLeavesRoomForTheNext() {
        // Given
        held.hold(job(5), Standing.SUSPECT, SELF, 0);
        held.rule(0);
        LaneJob other =
                new LaneJob(new ConsumerRecord<>("lane", 1, 3, "o", new byte[0]), Band.STANDARD);
        held.hold(other, Standing.SUSPECT, SELF, 0);

        // When
        held.drop(Set.of(new TopicPartition("lane", 0)));

        // Then
        assertThat(held.rule(0)).containsExactly(new Ruling(other, Verdict.TRY));
    }

    /**
     * Whatever the other worker says, and whether or not it lives: each record is let go exactly
     * once, in bounded time after the last word, and never run while it runs there.
     */
    @Property
    void everyRecordIsLetGoOnce(@ForAll long seed) {
        Random random = new Random(seed);
        Peers others = new Peers(Duration.ofSeconds(5));
        Set<Place> here = new HashSet<>();
        HeldJobs room = new HeldJobs(others, here::contains);
        Map<Place, Fate> there = new HashMap<>();
        for (long offset = 0; offset < 20; offset++) {
            there.put(job(offset).place(), Fate.RUNNING);
            room.hold(
                    job(offset),
                    random.nextBoolean() ? Standing.running(RUNNER) : Standing.tried(RUNNER),
                    SELF,
                    0);
        }
        Map<Place, Verdict> ended = new HashMap<>();
        long now = 0;
        int death = random.nextInt(200);
        for (int step = 0; step < 400; step++) {
            now += SECOND / 4;
            boolean lives = step < death;
            if (lives) {
                there.replaceAll(
                        (place, fate) ->
                                fate == Fate.RUNNING && random.nextInt(20) == 0
                                        ? (random.nextInt(4) == 0 ? Fate.GIVEN_UP : Fate.DONE)
                                        : fate);
                List<HandedOver> list =
                        there.entrySet().stream()
                                .map(each -> new HandedOver(each.getKey(), each.getValue()))
                                .toList();
                others.heard("lane/w1", RUNNER, list, true, now);
            }
            for (Ruling ruling : room.rule(now)) {
                Place place = ruling.job().place();
                if (ruling.verdict() == Verdict.SUSPECT) {
                    continue;
                }
                assertThat(ended.put(place, ruling.verdict())).isNull();
                if (lives) {
                    assertThat(there.get(place)).isNotEqualTo(Fate.RUNNING);
                }
                if (ruling.verdict() == Verdict.FINISHED) {
                    assertThat(there).containsEntry(place, Fate.DONE);
                }
                here.add(place);
            }
            here.stream().toList().forEach(room::finished);
        }
        assertThat(ended).hasSize(20);
        assertThat(room.isEmpty()).isTrue();
    }

    private void says(long offset, Fate fate) {
        peers.heard("lane/w1", RUNNER, List.of(new HandedOver(job(offset).place(), fate)), true, 0);
    }

    private static final Map<Long, LaneJob> JOBS = new HashMap<>();

    private static LaneJob job(long offset) {
        return JOBS.computeIfAbsent(
                offset, at -> new LaneJob(record(at, "job-" + at), Band.STANDARD));
    }

    private static ConsumerRecord<String, byte[]> record(long offset, String key) {
        return new ConsumerRecord<>("lane", 0, offset, key, new byte[0]);
    }
}
