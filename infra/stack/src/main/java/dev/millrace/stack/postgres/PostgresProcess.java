package dev.millrace.stack.postgres;

import dev.millrace.stack.BoundedCommand;
import dev.millrace.stack.ServerSpec;
import dev.millrace.stack.ServerStartException;
import dev.millrace.stack.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * PostgreSQL as a child process: the postmaster itself, no JVM and no script around it.
 *
 * <p>Preparing creates the cluster, its user and its database at the first time, and clears away
 * what a killed server left behind, a postmaster that outlived its supervisor included.
 */
public final class PostgresProcess implements ServerSpec {

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(10);

    private final PostgresSettings settings;
    private final PostgresBinaries binaries;
    private final Account account;
    private final Path log;

    private PostgresProcess(
            PostgresSettings settings, PostgresBinaries binaries, Account account, Path log) {
        this.settings = settings;
        this.binaries = binaries;
        this.account = account;
        this.log = log;
    }

    /**
     * A server with these settings.
     *
     * @throws ServerStartException when it cannot run here, saying why
     */
    public static PostgresProcess of(
            PostgresSettings settings, PostgresBinaries binaries, Path log) {
        return new PostgresProcess(settings, binaries, chooseAccount(settings, binaries), log);
    }

    static PostgresProcess as(
            Account account, PostgresSettings settings, PostgresBinaries binaries, Path log) {
        return new PostgresProcess(settings, binaries, account, log);
    }

    public PostgresSettings settings() {
        return settings;
    }

    public String jdbcUrl() {
        return settings.jdbcUrl();
    }

    /** The password of {@link PostgresSettings#USER}; known once the server was prepared. */
    public String password() {
        try {
            return PasswordFile.read(settings.passwordFile());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the password file cannot be read: " + settings.passwordFile(), e);
        }
    }

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public void prepare() throws InterruptedException {
        try {
            new Leftovers(settings.dataDirectory()).clear();
            new Cluster(binaries, settings, account).prepare();
        } catch (IOException e) {
            throw new ServerStartException(
                    "PostgreSQL's data directory %s could not be prepared: %s"
                            .formatted(settings.dataDirectory(), e),
                    e);
        }
    }

    @Override
    public List<String> command() {
        var command = new ArrayList<String>();
        command.add(binaries.program("postgres").toString());
        command.add("-D");
        command.add(settings.dataDirectory().toString());
        command.addAll(settings.toArguments());
        return account.wrap(command);
    }

    @Override
    public Map<String, String> environment() {
        return Cluster.ENVIRONMENT;
    }

    @Override
    public Path workingDirectory() {
        return settings.dataDirectory();
    }

    @Override
    public Path log() {
        return log;
    }

    @Override
    public boolean isReady() {
        return PostgresProbe.isServing(jdbcUrl(), password());
    }

    @Override
    public StopSignal stopSignal() {
        return StopSignal.INT;
    }

    private static Account chooseAccount(PostgresSettings settings, PostgresBinaries binaries) {
        try {
            Path parent = settings.parent();
            Files.createDirectories(parent);
            var check =
                    List.of(
                            "sh",
                            "-c",
                            "\"$0\" --version && test -x \"$1\"",
                            binaries.program("postgres").toString(),
                            parent.toString());
            return Account.choose(
                    uid(Path.of("/proc/self")), uid(parent), check, PostgresProcess::succeeds);
        } catch (IOException e) {
            throw new ServerStartException("PostgreSQL cannot run here: " + e.getMessage(), e);
        }
    }

    private static boolean succeeds(List<String> command) {
        try {
            return BoundedCommand.run(command, "", Map.of(), PROBE_LIMIT).succeeded();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int uid(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid");
    }
}
