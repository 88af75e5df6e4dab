package dev.millrace.stack.postgres;

import dev.millrace.stack.BoundedCommand;
import dev.millrace.stack.FileTree;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * PostgreSQL's data directory before a server runs on it: created with its user and its database,
 * owned by whoever the server runs as, its password the one in the file.
 */
final class Cluster {

    static final Map<String, String> ENVIRONMENT = Map.of("LC_ALL", "C", "TZ", "UTC");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String VERSION_FILE = "PG_VERSION";

    private final PostgresBinaries binaries;
    private final PostgresSettings settings;
    private final Account account;

    Cluster(PostgresBinaries binaries, PostgresSettings settings, Account account) {
        this.binaries = binaries;
        this.settings = settings;
        this.account = account;
    }

    /** Makes the data directory ready for a server; nothing may run on it. */
    void prepare() throws IOException, InterruptedException {
        boolean newPassword = Files.notExists(settings.passwordFile());
        if (newPassword) {
            PasswordFile.create(settings.passwordFile(), new SecureRandom());
        }
        if (Files.notExists(settings.dataDirectory().resolve(VERSION_FILE))) {
            initialise();
        } else {
            ensureOwner(settings.dataDirectory());
            if (newPassword) {
                setPassword(settings.dataDirectory());
            }
        }
    }

    /** Beside its place and renamed at the end: a crash half-way leaves no half a cluster. */
    private void initialise() throws IOException, InterruptedException {
        Path data = settings.dataDirectory();
        Path fresh = data.resolveSibling(data.getFileName() + ".new");
        FileTree.delete(fresh);
        Files.createDirectory(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ensureOwner(fresh);
        initdb(fresh);
        single(fresh, "CREATE DATABASE " + PostgresSettings.DATABASE + ";");
        Files.deleteIfExists(data);
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private void initdb(Path data) throws IOException, InterruptedException {
        Path password =
                PasswordFile.writePrivately(
                        settings.parent(), PasswordFile.read(settings.passwordFile()));
        try {
            ensureOwner(password);
            run(
                    List.of(
                            binaries.program("initdb").toString(),
                            "--pgdata=" + data,
                            "--username=" + PostgresSettings.USER,
                            "--pwfile=" + password,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            // The same order of strings on every machine.
                            "--locale=C",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--no-instructions"),
                    "");
        } finally {
            Files.deleteIfExists(password);
        }
    }

    private void setPassword(Path data) throws IOException, InterruptedException {
        String password = PasswordFile.read(settings.passwordFile());
        single(data, "ALTER ROLE " + PostgresSettings.USER + " PASSWORD '" + password + "';");
    }

    /** Runs one statement without a server. */
    private void single(Path data, String statement) throws InterruptedException {
        var command = new ArrayList<String>();
        command.add(binaries.program("postgres").toString());
        command.addAll(List.of("--single", "-D", data.toString(), "postgres"));
        String output = run(command, statement + "\n");
        if (output.contains("ERROR:")) {
            throw new ServerStartException(
                    "PostgreSQL's data directory could not be prepared: " + output.strip());
        }
    }

    private String run(List<String> command, String input) throws InterruptedException {
        var result = BoundedCommand.run(account.wrap(command), input, ENVIRONMENT, LIMIT);
        if (!result.succeeded()) {
            throw new ServerStartException(
                    "PostgreSQL's %s failed with %d: %s"
                            .formatted(
                                    Path.of(command.getFirst()).getFileName(),
                                    result.exitCode(),
                                    result.output().strip()));
        }
        return result.output();
    }

    private void ensureOwner(Path path) throws IOException {
        if (account.owner().isPresent()) {
            int uid = account.owner().getAsInt();
            Object current = Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            if (!current.equals(uid)) {
                FileTree.giveTo(path, uid, uid);
            }
        }
    }
}
