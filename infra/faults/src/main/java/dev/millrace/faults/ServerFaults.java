package dev.millrace.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What happens to brokers, registry and database. */
final class ServerFaults {
    private static final Duration WHOLE = Duration.ofMinutes(3);
    private static final String POSTGRES = "postgresql";
    private static final String REGISTRY = "registry";

    /** With every replica in sync before, so that one broker's death can cost nothing. */
    static Strike killLeader(Scene scene) throws Exception {
        Waiting.until("all replicas in sync", WHOLE, () -> scene.cluster().isWhole());
        String leader = "broker-" + scene.cluster().busiestLeader();
        return ServiceFaults.kill(scene, leader);
    }

    static Strike twoBrokersDown(Scene scene) throws Exception {
        Waiting.until("all replicas in sync", WHOLE, () -> scene.cluster().isWhole());
        List<String> down = new ArrayList<>(scene.stack().brokers());
        Collections.shuffle(down, scene.random());
        down.removeLast();
        return down(scene, down);
    }

    static Strike postgresDown(Scene scene) throws Exception {
        return down(scene, List.of(POSTGRES));
    }

    /** Services that start meanwhile know no schema at all. */
    static Strike registryDown(Scene scene) throws Exception {
        Strike strike = scene.now();
        scene.stack().hold(REGISTRY);
        try {
            TimeUnit.SECONDS.sleep(Math.max(1, scene.seconds() / 3));
            for (String name : List.of("ingress", "worker-chat", "classifier", "ledger")) {
                scene.stack().kill(name);
            }
            TimeUnit.SECONDS.sleep(Math.max(1, scene.seconds() * 2L / 3));
        } finally {
            scene.stack().release(REGISTRY);
        }
        return strike.overNow();
    }

    private static Strike down(Scene scene, List<String> names) throws Exception {
        Strike strike = scene.now();
        try {
            for (String name : names) {
                scene.stack().hold(name);
            }
            TimeUnit.SECONDS.sleep(scene.seconds());
        } finally {
            names.forEach(scene.stack()::release);
        }
        return strike.overNow();
    }

    private ServerFaults() {}
}
