package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.workers.llama.EngineGroup.Seat;
import dev.millrace.workers.llama.EngineReply.Completed;
import dev.millrace.workers.llama.EngineReply.Failed;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.Stopped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several real processes with one model. */
@Timeout(120)
class EngineGroupIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    /** What is promised for a new process in the place of one that crashed. */
    private static final Duration REPLACED = Duration.ofSeconds(2);

    @TempDir private Path folder;

    /** An answer that goes on until it is cancelled or its process dies. */
    private record Running(
            Seat seat, EngineInfo process, String id, CompletableFuture<EngineReply> reply) {

        EngineReply await() throws Exception {
            return reply.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static Running begin(EngineGroup group, String id) throws Exception {
        Seat seat = group.ask().get(LONG.toSeconds(), TimeUnit.SECONDS);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<EngineReply> reply =
                CompletableFuture.supplyAsync(
                        () -> {
                            try (seat) {
                                EngineRequest request = EngineRequest.asking(id, "go on");
                                return seat.client()
                                        .complete(request, LONG, text -> begun.countDown());
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        task -> Thread.ofPlatform().daemon().start(task));
        assertThat(begun.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return new Running(seat, seat.client().running().orElseThrow(), id, reply);
    }

    private static EngineReply quick(EngineGroup group, String id) throws Exception {
        try (Seat seat = group.ask().get(LONG.toSeconds(), TimeUnit.SECONDS)) {
            return seat.client()
                    .complete(EngineRequest.asking(id, "hi").withMaxTokens(3), LONG, text -> {});
        }
    }

    private static void kill(Running running) {
        ProcessHandle.of(running.process().pid()).orElseThrow().destroyForcibly();
    }

    @Test
    void aCrashFailsOnlyTheRequestInItAndTheProcessIsReplaced() throws Exception {
        try (EngineGroup group = EngineGroup.start(TinyModel.endless(folder), 2)) {
            // Given
            Running victim = begin(group, "victim");
            Running neighbour = begin(group, "neighbour");
            CompletableFuture<Seat> next = group.ask();
            assertThat(neighbour.process().pid()).isNotEqualTo(victim.process().pid());
            assertThat(next).isNotDone();

            // When
            kill(victim);

            // Then
            assertThat(victim.await())
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> assertThat(failed.fault()).isEqualTo(Fault.ENGINE_DIED));
            try (Seat seat = next.get(LONG.toSeconds(), TimeUnit.SECONDS)) {
                EngineRequest request = EngineRequest.asking("next", "hi").withMaxTokens(3);
                assertThat(seat.client().complete(request, LONG, text -> {}))
                        .isInstanceOf(Completed.class);
            }
            assertThat(neighbour.reply()).isNotDone();
            neighbour.seat().client().cancel(neighbour.id());
            assertThat(neighbour.await()).isInstanceOf(Stopped.class);
            await().atMost(LONG).until(() -> group.running().size() == 2);
        }
    }

    @Test
    void aCrashedProcessIsReplacedAtOnceAndItsSuccessorTakesLessThanTwoSeconds() throws Exception {
        try (EngineGroup group = EngineGroup.start(TinyModel.endless(folder), 1)) {
            // Given
            Running running = begin(group, "victim");

            // When
            long killed = System.nanoTime();
            kill(running);
            assertThat(running.await()).isInstanceOf(Failed.class);
            assertThat(quick(group, "after")).isInstanceOf(Completed.class);

            // Then: in time of its own, since other programs may hold the processors
            Duration wall = Duration.ofNanos(System.nanoTime() - killed);
            ProcessHandle successor =
                    ProcessHandle.of(group.running().getFirst().pid()).orElseThrow();
            Duration own = successor.info().totalCpuDuration().orElseThrow();
            assertThat(own).isLessThan(REPLACED);
            assertThat(wall).isLessThan(REPLACED.multipliedBy(10));
        }
    }

    @Test
    void whoAskedFirstIsServedFirst() throws Exception {
        try (EngineGroup group = EngineGroup.start(TinyModel.endless(folder), 1)) {
            // Given
            Seat held = group.ask().get(LONG.toSeconds(), TimeUnit.SECONDS);
            List<CompletableFuture<Seat>> asked =
                    IntStream.range(0, 3).mapToObj(i -> group.ask()).toList();
            asked.get(1).cancel(false);

            // When
            held.close();

            // Then
            assertThat(asked.get(0)).isCompleted();
            assertThat(asked.get(2)).isNotDone();
            asked.get(0).join().close();
            assertThat(asked.get(2)).isCompleted();
        }
    }

    @Test
    void aGroupThatIsClosedLetsNobodyWait() throws Exception {
        // Given
        EngineGroup group = EngineGroup.start(TinyModel.endless(folder), 1);
        group.ask().get(LONG.toSeconds(), TimeUnit.SECONDS);
        CompletableFuture<Seat> waiting = group.ask();

        // When
        group.close();

        // Then
        assertThat(waiting).isCompletedExceptionally();
        assertThat(group.isAlive()).isFalse();
        await().atMost(LONG).until(() -> group.running().isEmpty());
    }

    @Test
    void anEngineThatRunsOutOfMemoryDiesAloneAndSaysSo() throws Exception {
        // Given
        EngineSettings small = TinyModel.endless(folder).withJvmOption("-Xmx8m");
        String much = "the job ".repeat(250_000);
        try (EngineGroup group = EngineGroup.start(small, 2)) {
            Running neighbour = begin(group, "neighbour");

            // When
            EngineReply reply;
            try (Seat seat = group.ask().get(LONG.toSeconds(), TimeUnit.SECONDS)) {
                reply = seat.client().complete(EngineRequest.asking("b", much), LONG, text -> {});
            }

            // Then
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> {
                                assertThat(failed.fault()).isEqualTo(Fault.ENGINE_OUT_OF_MEMORY);
                                assertThat(failed.detail())
                                        .contains("for want of memory")
                                        .doesNotContain("the job");
                            });
            assertThat(neighbour.reply()).isNotDone();
            neighbour.seat().client().cancel(neighbour.id());
            assertThat(neighbour.await()).isInstanceOf(Stopped.class);
            assertThat(quick(group, "after")).isInstanceOf(Completed.class);
        }
    }

    @Test
    void aModelThatDoesNotFitInItsMemoryLimitIsNamedWithTheLimit() throws Exception {
        // Given: room for a million tokens takes far more than the limit
        Path file =
                TinyModel.llama().with("llama.context_length", 1_000_000).writeTo(folder, "wide");
        EngineSettings settings =
                EngineSettings.of(file)
                        .withContextTokens(10_000_000)
                        .withMemoryLimit(OptionalInt.of(16));

        // When
        try (LlamaEngineClient client = new LlamaEngineClient(settings)) {
            EngineReply reply = client.complete(EngineRequest.asking("a", "hi"), LONG, text -> {});

            // Then
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed ->
                                    assertThat(failed.detail()).contains("memory_limit of 16MiB"));
        }
    }

    @Test
    void theSmallestMemoryLimitIsEnoughForASmallModelAndIsInForce() throws Exception {
        // Given
        Path file = TinyModel.llama().writeTo(folder, "small");
        EngineSettings settings = EngineSettings.of(file).withMemoryLimit(OptionalInt.of(16));

        // When
        try (EngineGroup group = EngineGroup.start(settings, 1)) {
            long pid = group.running().getFirst().pid();

            // Then
            assertThat(quick(group, "a")).isInstanceOf(Completed.class);
            assertThat(Files.readString(Path.of("/proc/" + pid + "/limits")))
                    .containsPattern("Max address space +" + (16L + 1024) * 1024 * 1024);
        }
    }
}
