package dev.millrace.local.pipeline;

import dev.millrace.local.cli.LocalStack;
import dev.millrace.local.home.DemoTenants;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.Pids;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/**
 * The whole stack that the tests of a run share, as child processes of a real supervisor: started
 * at the first use, ended with the JVM or by the test that all of it dies in.
 */
final class PipelineStack {
    private static PipelineStack shared;

    final Home home;
    private final LocalStack processes;
    private Pipeline pipeline;

    private PipelineStack() throws Exception {
        home = Pipeline.freshHome();
        processes = new LocalStack(home);
        Runtime.getRuntime().addShutdownHook(new Thread(this::remove, "end-pipeline"));
        writeCatalog();
        pipeline = start();
    }

    static synchronized PipelineStack shared() throws Exception {
        if (shared == null) {
            shared = new PipelineStack();
        }
        return shared;
    }

    Pipeline pipeline() {
        return pipeline;
    }

    /** Starts what is down, on the same data. */
    Pipeline startAgain() throws Exception {
        pipeline.close();
        pipeline = start();
        return pipeline;
    }

    private Pipeline start() throws IOException, InterruptedException, TimeoutException {
        StringWriter told = new StringWriter();
        if (!processes.up(new PrintWriter(told))) {
            throw new IllegalStateException("the stack ran already: " + told);
        }
        return new Pipeline(home, processes.endpoints());
    }

    boolean isRunning() {
        return processes.running().isPresent();
    }

    /** SIGKILL to every process; the supervisor first, or it would start again what dies. */
    void killEverything() {
        List<Pids.Entry> all = processes();
        all.stream()
                .filter(entry -> entry.name().equals("supervisor"))
                .forEach(PipelineStack::kill);
        processes().forEach(PipelineStack::kill);
        awaitGone(all);
    }

    /** Ends all of it in good order; the next test that needs a stack gets another. */
    boolean down() throws Exception {
        synchronized (PipelineStack.class) {
            shared = null;
        }
        pipeline.close();
        return processes.down();
    }

    List<Pids.Entry> processes() {
        return Pids.read(home);
    }

    static void awaitGone(List<Pids.Entry> entries) {
        Awaitility.await("no process is left")
                .atMost(Pipeline.PATIENCE)
                .until(() -> entries.stream().allMatch(entry -> ours(entry).isEmpty()));
    }

    private static void kill(Pids.Entry entry) {
        ours(entry).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** The process of this entry, not a later one under the same number. */
    private static Optional<ProcessHandle> ours(Pids.Entry entry) {
        return ProcessHandle.of(entry.pid())
                .filter(ProcessHandle::isAlive)
                .filter(
                        process ->
                                Pids.Entry.of(entry.name(), process, entry.lane()).equals(entry));
    }

    private void remove() {
        try {
            processes.down();
        } catch (IOException | TimeoutException e) {
            System.err.println("not ended in good order: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        processes().forEach(PipelineStack::kill);
        Pipeline.remove(home);
    }

    /** The demo's tenants, and lanes for tests: instant, slow, and one that nobody serves. */
    private void writeCatalog() {
        DemoTenants tenants = new DemoTenants(home, new SecureRandom());
        tenants.ensureSecrets();
        try {
            Files.writeString(home.catalogFile(), tenants.catalog(CATALOG, ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final String CATALOG =
            """
            tenants:
              - name: acme
                api_keys:
                  - sha256: @api_key_sha256.acme@
                    label: test
                replies: [acme-main]
                webhook_secret_ref: "file:@webhook_secret.acme@"
                limits: {max_prompt_bytes: 32768, max_tokens: 1024, max_outstanding: 10000, max_deadline: 24h}
              - name: borealis
                api_keys:
                  - sha256: @api_key_sha256.borealis@
                    label: test
                replies: [borealis-main]
                webhook_secret_ref: "file:@webhook_secret.borealis@"
              - name: cobalt
                api_keys:
                  - sha256: @api_key_sha256.cobalt@
                    label: test
                replies: [cobalt-main]
                webhook_secret_ref: "file:@webhook_secret.cobalt@"

            lanes:
              - name: echo
                engine: {type: echo, delay: 0ms}
                partitions: 4
              - name: slow
                engine: {type: echo, delay: 4s}
                partitions: 2
                slots: 2
              - name: idle
                engine: {type: echo, delay: 0ms}
                partitions: 2
                workers: 0

            routes:
              - name: everything
                lanes: [echo]

            prices:
              - {lane: echo, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1000000, output: 2000000}
              - {lane: slow, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1000000, output: 2000000}
              - {lane: idle, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1000000, output: 2000000}
            """;
}
