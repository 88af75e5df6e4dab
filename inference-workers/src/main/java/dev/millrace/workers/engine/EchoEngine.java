package dev.millrace.workers.engine;

import dev.millrace.job.Messages;
import dev.millrace.v1.Message;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Answers with the last message after a fixed time: for measuring the pipeline. */
public final class EchoEngine implements Engine {
    private final Duration delay;
    private final LongSupplier nanoTime;

    public EchoEngine(Duration delay, LongSupplier nanoTime) {
        this.delay = delay;
        this.nanoTime = nanoTime;
    }

    @Override
    public EngineResult run(Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        long start = nanoTime.getAsLong();
        if (waitedInVain(stop)) {
            return new Stopped(Spent.whole(TokenCounts.NONE, elapsedMs(start)));
        }
        String text = prompt.messages().isEmpty() ? "" : lastOf(prompt);
        if (prompt.stream()) {
            pieces.accept(text);
        }
        return new Completed(
                text,
                "stop",
                Spent.whole(TokenCounts.estimated(prompt.messages(), text), elapsedMs(start)));
    }

    private boolean waitedInVain(StopSignal stop) {
        if (delay.isZero()) {
            return stop.isStopped();
        }
        try {
            return stop.await(delay);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static String lastOf(Prompt prompt) {
        Message last = prompt.messages().getLast();
        return Messages.text(last);
    }

    private long elapsedMs(long start) {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start);
    }

    @Override
    public void close() {}
}
