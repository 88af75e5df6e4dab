package dev.millrace.bench.child;

import dev.millrace.workers.engine.Engine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.TokenCounts;
import java.time.Duration;
import java.util.function.Consumer;

/** Takes as long as each prompt says. */
final class SleepEngine implements Engine {
    private static final TokenCounts TOKENS = TokenCounts.reported(1, 0, 1, 0);

    @Override
    public EngineResult run(Prompt prompt, Consumer<String> pieces, StopSignal stop) {
        long millis = millis(prompt.messages().getLast().getContent());
        try {
            boolean stopped = stop.await(Duration.ofMillis(millis));
            Spent spent = Spent.whole(TOKENS, millis);
            return stopped ? new Stopped(spent) : new Completed("slept", "stop", spent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Stopped(Spent.NOTHING);
        }
    }

    static long millis(String prompt) {
        return Long.parseLong(prompt.substring(Sleep.PREFIX.length()));
    }

    @Override
    public void close() {}
}
