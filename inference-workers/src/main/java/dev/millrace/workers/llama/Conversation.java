package dev.millrace.workers.llama;

import dev.millrace.workers.llama.EngineReply.Failed;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.StopCause;
import dev.millrace.workers.llama.EngineReply.Stopped;
import dev.millrace.workers.llama.RunningEngine.Heard;
import dev.millrace.workers.llama.protocol.Command;
import dev.millrace.workers.llama.protocol.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One piece of work and all that the engine says to it, until it is done, dead or out of time. */
final class Conversation {

    private final RunningEngine engine;
    private final Command.Work work;
    private final Duration stopGrace;
    private final BooleanSupplier cancelled;
    private final Consumer<String> onText;
    private long deadline;
    private boolean toldToStop;
    private StopCause cause = StopCause.CANCELLED;

    Conversation(
            RunningEngine engine,
            Command.Work work,
            Duration timeout,
            Duration stopGrace,
            BooleanSupplier cancelled,
            Consumer<String> onText) {
        this.engine = engine;
        this.work = work;
        this.stopGrace = stopGrace;
        this.cancelled = cancelled;
        this.onText = onText;
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    EngineReply hold() throws InterruptedException {
        try {
            engine.send(work);
            while (true) {
                if (cancelled.getAsBoolean()) {
                    stop(StopCause.CANCELLED);
                }
                Optional<Heard> heard = engine.next(deadline - System.nanoTime());
                if (heard.isEmpty() && toldToStop) {
                    engine.kill();
                    return new Failed(
                            Fault.ENGINE_STUCK,
                            "the engine went on for "
                                    + stopGrace.toMillis()
                                    + " ms after it was told to stop, and was killed");
                }
                if (heard.isEmpty()) {
                    stop(StopCause.TIMED_OUT);
                    continue;
                }
                Optional<EngineReply> reply = take(heard.get());
                if (reply.isPresent()) {
                    return reply.get();
                }
            }
        } catch (IOException e) {
            return died();
        }
    }

    private void stop(StopCause why) throws IOException {
        if (!toldToStop) {
            toldToStop = true;
            cause = why;
            deadline = System.nanoTime() + stopGrace.toNanos();
            engine.send(new Command.Cancel(work.id()));
        }
    }

    private Optional<EngineReply> take(Heard heard) throws InterruptedException {
        return switch (heard) {
            case Heard.Said(Event.Text(String id, String text)) -> {
                if (id.equals(work.id())) {
                    onText.accept(text);
                }
                yield Optional.empty();
            }
            case Heard.Said(Event.Done(String id, EngineReply reply)) ->
                    id.equals(work.id()) ? Optional.of(withCause(reply)) : Optional.empty();
            case Heard.Said(Event other) -> Optional.empty();
            case Heard.Nudged() -> Optional.empty();
            case Heard.Ended() -> Optional.of(died());
        };
    }

    private EngineReply withCause(EngineReply reply) {
        return reply instanceof Stopped stopped
                ? new Stopped(cause, stopped.text(), stopped.usage())
                : reply;
    }

    private EngineReply died() throws InterruptedException {
        Obituary obituary = engine.obituary();
        Fault fault = obituary.outOfMemory() ? Fault.ENGINE_OUT_OF_MEMORY : Fault.ENGINE_DIED;
        return new Failed(fault, obituary.text());
    }
}
