package dev.millrace.faults;

import dev.millrace.local.home.StackState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What happens to the five services. */
final class ServiceFaults {
    private static final int MANY_WORKERS = 3;
    private static final Duration IN_HAND = Duration.ofSeconds(30);

    /** One of the lane's workers, when it certainly has jobs in hand. */
    static Strike killWorker(Scene scene) throws Exception {
        Waiting.until("jobs on their way", IN_HAND, () -> scene.open().size() > 1);
        return kill(scene, anyWorker(scene));
    }

    static Strike kill(Scene scene, String name) {
        Strike strike = scene.now();
        scene.stack().kill(name);
        return strike;
    }

    static Strike killAndForget(Scene scene) throws Exception {
        Strike strike = scene.now();
        scene.stack().hold("classifier");
        scene.stack().deleteState("classifier");
        scene.stack().release("classifier");
        return strike;
    }

    static Strike freezeWorker(Scene scene) throws Exception {
        String worker = anyWorker(scene);
        Strike strike = scene.now();
        scene.stack().signal(worker, "STOP");
        try {
            TimeUnit.SECONDS.sleep(scene.seconds());
        } finally {
            scene.stack().signal(worker, "CONT");
        }
        return strike;
    }

    static void threeWorkers(Scene scene) throws InterruptedException, TimeoutException {
        scene.stack().apply(scene.stack().catalog().withChatWorkers(MANY_WORKERS));
    }

    static void usualWorkers(Scene scene) throws InterruptedException, TimeoutException {
        scene.stack().apply(scene.stack().catalog().withChatWorkers(StackCatalog.USUAL_WORKERS));
    }

    /** The supervisor ends by SIGTERM the workers that the catalog no longer asks for. */
    static Strike scale(Scene scene) throws InterruptedException, TimeoutException {
        Strike strike = scene.now();
        scene.stack().apply(scene.stack().catalog().withChatWorkers(1));
        threeWorkers(scene);
        return strike.overNow();
    }

    private static String anyWorker(Scene scene) {
        List<String> workers =
                scene.stack().workers(StackCatalog.CHAT).stream()
                        .filter(worker -> worker.state().equals("running"))
                        .map(StackState.Service::name)
                        .toList();
        return workers.get(scene.random().nextInt(workers.size()));
    }

    private ServiceFaults() {}
}
