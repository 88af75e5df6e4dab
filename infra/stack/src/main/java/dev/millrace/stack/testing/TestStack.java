package dev.millrace.stack.testing;

import dev.millrace.stack.AotCache;
import dev.millrace.stack.Checkout;
import dev.millrace.stack.FileTree;
import dev.millrace.stack.FreePorts;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerSpec;
import dev.millrace.stack.broker.BrokerProcess;
import dev.millrace.stack.broker.BrokerSettings;
import dev.millrace.stack.postgres.PostgresBinaries;
import dev.millrace.stack.postgres.PostgresProcess;
import dev.millrace.stack.postgres.PostgresSettings;
import dev.millrace.stack.registry.RegistryHome;
import dev.millrace.stack.registry.RegistryProcess;
import dev.millrace.stack.registry.RegistrySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real broker, schema registry and PostgreSQL for integration tests: one set per JVM, each part
 * started when it is first asked for, all of it gone with the JVM.
 *
 * <p>Where Docker answers, Kafka and PostgreSQL run in containers; elsewhere as child processes, as
 * the registry always does. The broker is not put into the test's own JVM: a test may kill it, and
 * the classes of Kafka's server stay apart from those under test.
 */
public final class TestStack {

    private static final Logger log = LoggerFactory.getLogger(TestStack.class);

    private final Path directory;
    private final Watchdog watchdog;
    private final FreePorts ports = new FreePorts();
    private final JavaHome java = JavaHome.resolve();
    private @Nullable Part broker;
    private @Nullable Part registry;
    private @Nullable Part postgres;

    /** A server, where clients reach it, and the secret they need, if any. */
    private record Part(TestServer server, String address, Supplier<String> secret) {
        Part started() {
            server.start();
            return this;
        }
    }

    private TestStack() {
        try {
            directory = Files.createTempDirectory("millrace-test-");
            // PostgreSQL may have to run as another user, who must be able to pass through.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        watchdog = new Watchdog(directory);
        Runtime.getRuntime().addShutdownHook(new Thread(this::remove, "test-stack-removal"));
    }

    /** The stack of this JVM. */
    public static TestStack shared() {
        return Shared.STACK;
    }

    private static final class Shared {
        static final TestStack STACK = new TestStack();
    }

    /** Starts all parts at the same time, which is quicker than one after the other. */
    public TestStack startAll() {
        var starting =
                List.of(brokerPart(), registryPart(), postgresPart()).stream()
                        .map(
                                part ->
                                        CompletableFuture.runAsync(
                                                part::started, Thread::startVirtualThread))
                        .toList();
        starting.forEach(CompletableFuture::join);
        return this;
    }

    /** What clients set as {@code bootstrap.servers}; starts the broker. */
    public String bootstrap() {
        return brokerPart().started().address();
    }

    /** What clients set as {@code schema.registry.url}; starts the registry. */
    public String registryUrl() {
        return registryPart().started().address();
    }

    /** The database's JDBC address, without user and password; starts PostgreSQL. */
    public String jdbcUrl() {
        return postgresPart().started().address();
    }

    public String dbUser() {
        return PostgresSettings.USER;
    }

    /** The password of {@link #dbUser()}; starts PostgreSQL. */
    public String dbPassword() {
        return postgresPart().started().secret().get();
    }

    /** The broker, for tests that stop or kill it. */
    public TestServer broker() {
        return brokerPart().server();
    }

    /** The registry, for tests that stop or kill it. */
    public TestServer registry() {
        return registryPart().server();
    }

    /** PostgreSQL, for tests that stop or kill it. */
    public TestServer postgres() {
        return postgresPart().server();
    }

    private synchronized Part brokerPart() {
        if (broker == null) {
            broker = Containers.available() ? brokerContainer() : brokerChild();
            log.info("test server=broker address={}", broker.address());
        }
        return broker;
    }

    private synchronized Part registryPart() {
        if (registry == null) {
            var settings =
                    new RegistrySettings(directory.resolve("registry"), ports.any(), ports.any());
            registry =
                    child(
                            new RegistryProcess(
                                    settings,
                                    RegistryHome.find(),
                                    java,
                                    AotCache.off(),
                                    logFile("registry")),
                            settings.url(),
                            TestStack::noSecret);
            log.info("test server=registry address={}", registry.address());
        }
        return registry;
    }

    private synchronized Part postgresPart() {
        if (postgres == null) {
            postgres = Containers.available() ? postgresContainer() : postgresChild();
            log.info("test server=postgresql address={}", postgres.address());
        }
        return postgres;
    }

    private Part brokerChild() {
        var settings = new BrokerSettings(directory.resolve("broker"), ports.any(), ports.any());
        return child(
                BrokerProcess.of(settings, java, AotCache.off(), logFile("broker")),
                settings.bootstrap(),
                TestStack::noSecret);
    }

    private Part brokerContainer() {
        int port = ports.any();
        return new Part(
                Containers.broker(port), Containers.host() + ":" + port, TestStack::noSecret);
    }

    private Part postgresChild() {
        var settings =
                new PostgresSettings(
                        directory.resolve("postgresql"),
                        ports.any(),
                        directory.resolve("postgresql.password"));
        var binaries = PostgresBinaries.unpackInto(Checkout.stackTarget().orElse(directory));
        var process = PostgresProcess.of(settings, binaries, logFile("postgresql"));
        return child(process, settings.jdbcUrl(), process::password);
    }

    private Part postgresContainer() {
        int port = ports.any();
        String password = "millrace-" + ProcessHandle.current().pid();
        return new Part(
                Containers.postgres(port, password),
                PostgresSettings.jdbcUrl(Containers.host(), port),
                () -> password);
    }

    private Part child(ServerSpec spec, String address, Supplier<String> secret) {
        return new Part(new ChildServer(spec, watchdog), address, secret);
    }

    private static String noSecret() {
        return "";
    }

    private Path logFile(String name) {
        return directory.resolve("logs").resolve(name + ".log");
    }

    /** Containers are removed by Testcontainers itself. */
    private synchronized void remove() {
        try {
            for (Part part : new Part[] {broker, registry, postgres}) {
                if (part != null && part.server() instanceof ChildServer child) {
                    child.stop();
                }
            }
            FileTree.delete(directory);
        } catch (IOException e) {
            log.warn("test stack not removed directory={} error={}", directory, e.toString());
        }
    }
}
