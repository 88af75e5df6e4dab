package dev.millrace.workers.engine;

import java.time.Duration;

class EchoEngineTest extends EngineContract {
    @Override
    Engine engine() {
        return new EchoEngine(Duration.ofMillis(2), System::nanoTime);
    }

    @Override
    Engine slowEngine() {
        return new EchoEngine(Duration.ofSeconds(30), System::nanoTime);
    }

    @Override
    String question() {
        return "Say this again.";
    }
}
