package dev.millrace.faults;

import dev.millrace.faults.Fault.Blow;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Several faults in a row, which and when by seed, none of which waits for the last to be over. */
final class Mixture {
    private static final int STRIKES = 4;
    private static final int LONGEST_PAUSE_MS = 8_000;

    /** What can strike at any moment. */
    private record Part(String name, Blow blow) {}

    private static final List<Part> PARTS =
            List.of(
                    new Part("worker", ServiceFaults::killWorker),
                    new Part("frozen", ServiceFaults::freezeWorker),
                    new Part("classifier", scene -> ServiceFaults.kill(scene, "classifier")),
                    new Part("classifier-state", ServiceFaults::killAndForget),
                    new Part("ledger", scene -> ServiceFaults.kill(scene, "ledger")),
                    new Part("ingress", scene -> ServiceFaults.kill(scene, "ingress")),
                    new Part("broker", ServerFaults::killLeader),
                    new Part("brokers", ServerFaults::twoBrokersDown),
                    new Part("postgres", ServerFaults::postgresDown),
                    new Part("registry", ServerFaults::registryDown));

    static Strike strike(Scene scene) throws Exception {
        Set<String> open = new HashSet<>();
        int justEnded = 0;
        Strike last = scene.now();
        for (int i = 0; i < STRIKES; i++) {
            Part part = PARTS.get(scene.random().nextInt(PARTS.size()));
            scene.progress().say("  strike %d/%d  %s", i + 1, STRIKES, part.name());
            last = part.blow().strike(scene);
            open.addAll(last.open());
            justEnded += last.justEnded();
            TimeUnit.MILLISECONDS.sleep(scene.random().nextInt(LONGEST_PAUSE_MS));
        }
        return new Strike(last.nanos(), open, justEnded, last.unbilled(), last.billed());
    }

    private Mixture() {}
}
