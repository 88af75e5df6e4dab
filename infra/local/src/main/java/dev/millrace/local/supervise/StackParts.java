package dev.millrace.local.supervise;

import dev.millrace.local.home.Home;
import dev.millrace.local.home.Ports;
import dev.millrace.stack.AotCache;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The five services of one stack as processes: which jar, which main class, how much heap, which
 * environment.
 */
final class StackParts {
    /** Small heaps and the first compiler only: these services wait more than they compute. */
    private static final List<String> SMALL =
            List.of(
                    "-Xms16m",
                    "-Xss512k",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:ReservedCodeCacheSize=48m");

    private final Home home;
    private final Ports ports;
    private final JavaHome java;
    private final AotCache aot;
    private final Map<String, String> shared;
    private final List<String> extraOptions;

    /**
     * @param shared the environment of all services: where broker, registry and database are
     */
    StackParts(
            Home home,
            Ports ports,
            JavaHome java,
            AotCache aot,
            Map<String, String> shared,
            String extraOptions) {
        this.home = home;
        this.ports = ports;
        this.java = java;
        this.aot = aot;
        this.shared = Map.copyOf(shared);
        this.extraOptions =
                Stream.of(extraOptions.split(" ")).filter(option -> !option.isBlank()).toList();
    }

    List<ServiceSpec> services() {
        return List.of(
                service(
                        "classifier",
                        "classifier-stream",
                        "dev.millrace.classifier.ClassifierApplication",
                        112,
                        Map.of()),
                service(
                        "ledger",
                        "ledger-stream",
                        "dev.millrace.ledger.LedgerApplication",
                        112,
                        Map.of()),
                service(
                        "ingress",
                        "ingress-service",
                        "dev.millrace.ingress.IngressApplication",
                        112,
                        Map.of("MILLRACE_ID_KEY_FILE", home.secret("id-key").toString())),
                // the demo's webhook receiver listens on loopback, so this stack says explicitly
                // that callbacks may go there
                service(
                        "dispatcher",
                        "webhook-dispatcher",
                        "dev.millrace.dispatcher.DispatcherApplication",
                        80,
                        Map.of("MILLRACE_ALLOW_LOOPBACK_CALLBACKS", "true")));
    }

    /** The n-th worker of a lane, n from 1. */
    ServiceSpec worker(String lane, int n) {
        Map<String, String> environment =
                Map.of(
                        "MILLRACE_LANE",
                        lane,
                        "MILLRACE_MODELS_DIR",
                        home.checkout().resolve("inference-workers/models").toString());
        String name = n == 1 ? "worker-" + lane : "worker-" + lane + "-" + n;
        return spec(
                name,
                Optional.of(lane),
                "inference-workers",
                "dev.millrace.workers.WorkerApplication",
                96,
                environment);
    }

    private ServiceSpec service(
            String name,
            String module,
            String mainClass,
            int heapMb,
            Map<String, String> environment) {
        return spec(name, Optional.empty(), module, mainClass, heapMb, environment);
    }

    private ServiceSpec spec(
            String name,
            Optional<String> lane,
            String module,
            String mainClass,
            int heapMb,
            Map<String, String> own) {
        int port = ports.of(name);
        List<String> options = new ArrayList<>(SMALL);
        options.add("-Xmx" + heapMb + "m");
        options.addAll(extraOptions);
        Map<String, String> environment = new HashMap<>(shared);
        environment.putAll(own);
        environment.put("MILLRACE_HTTP_HOST", "127.0.0.1");
        environment.put("MILLRACE_HTTP_PORT", Integer.toString(port));
        environment.put("MILLRACE_INSTANCE", name);
        environment.put("MILLRACE_STATE_DIR", home.data(name).toString());
        environment.put("MALLOC_ARENA_MAX", "2");
        return new ServiceSpec(
                name,
                lane,
                module,
                classPath(module),
                mainClass,
                options,
                port,
                environment,
                java,
                aot,
                home.data(name),
                home.log(name));
    }

    /**
     * The module's jar and its copied libraries, in a fixed order so that a start-up cache fits.
     */
    private List<Path> classPath(String module) {
        Path target = home.checkout().resolve(module).resolve("target");
        Path jar = target.resolve(module + ".jar");
        if (!Files.exists(jar)) {
            throw new ServerStartException(
                    module + " is not built: " + jar + " is missing; run mvn package");
        }
        List<Path> classPath = new ArrayList<>();
        classPath.add(jar);
        try (Stream<Path> libraries = Files.list(target.resolve("lib"))) {
            libraries.sorted().forEach(classPath::add);
        } catch (IOException e) {
            throw new ServerStartException(
                    target.resolve("lib") + " cannot be read; run mvn package", e);
        }
        return classPath;
    }
}
