package dev.millrace.stack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.stack.Checkout;
import dev.millrace.stack.FreePorts;
import dev.millrace.stack.Launcher;
import dev.millrace.stack.RunningProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class PostgresIT {

    private static final PostgresBinaries BINARIES =
            PostgresBinaries.unpackInto(Checkout.stackTarget().orElseThrow());

    @TempDir Path directory;
    private PostgresSettings settings;
    private PostgresProcess spec;
    private final List<RunningProcess> started = new ArrayList<>();

    @BeforeEach
    void settings() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        settings =
                new PostgresSettings(
                        directory.resolve("data"),
                        new FreePorts().any(),
                        directory.resolve("run").resolve("password"));
        spec = PostgresProcess.of(settings, BINARIES, directory.resolve("postgresql.log"));
    }

    @AfterEach
    void stop() throws Exception {
        for (var process : started) {
            process.stop();
        }
    }

    @Test
    void aCommittedRowSurvivesAKillOfThePostmasterWithAClientConnected() throws Exception {
        // Given
        var server = start();
        try (var client = connect();
                var statement = client.createStatement()) {
            statement.execute("CREATE TABLE job (id int PRIMARY KEY)");
            statement.execute("INSERT INTO job VALUES (42)");

            // When
            server.kill();
            start();
        }

        // Then
        assertThat(one("SELECT id FROM job")).isEqualTo("42");
    }

    @Test
    void itIsDurableLocalAndClosedToThoseWithoutThePassword() throws Exception {
        // When
        var server = start();

        // Then
        assertThat(one("SHOW fsync")).isEqualTo("on");
        assertThat(one("SHOW synchronous_commit")).isEqualTo("on");
        assertThat(one("SELECT current_database() || ' ' || current_user"))
                .isEqualTo("millrace millrace");
        assertThat(one("SHOW server_version")).startsWith("18.");
        assertThat(Files.getPosixFilePermissions(settings.passwordFile()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> connectWith("wrong"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");

        // When
        boolean stopped = server.stop();

        // Then
        assertThat(stopped).isTrue();
        assertThat(settings.dataDirectory().resolve("postmaster.pid")).doesNotExist();
    }

    @Test
    void aPostmasterThatOutlivedItsSupervisorMakesWayForTheNextOne() throws Exception {
        // Given
        var orphan = start();

        // When
        var next = start();

        // Then
        assertThat(orphan.isAlive()).isFalse();
        assertThat(next.isAlive()).isTrue();
        assertThat(one("SELECT 1")).isEqualTo("1");
    }

    @Test
    void aStaleLockWhoseNumberBelongsToAStrangerIsNoObstacle() throws Exception {
        // Given
        start().kill();
        Path lock = settings.dataDirectory().resolve("postmaster.pid");
        var stranger = new ProcessBuilder("sleep", "60").start();
        try {
            var lines = new ArrayList<>(Files.readAllLines(lock));
            lines.set(0, Long.toString(stranger.pid()));
            Files.write(lock, lines);

            // When
            start();

            // Then
            assertThat(one("SELECT 1")).isEqualTo("1");
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void aLostPasswordFileIsReplacedByANewPassword() throws Exception {
        // Given
        start().stop();
        String old = spec.password();
        Files.delete(settings.passwordFile());

        // When
        start();

        // Then
        assertThat(spec.password()).isNotEqualTo(old);
        assertThat(one("SELECT 1")).isEqualTo("1");
    }

    @Test
    void rootCanBecomeAnotherUserWhereNamespacesAreForbidden() throws Exception {
        // Given a cluster that was created the other way
        assumeThat(Files.getAttribute(Path.of("/proc/self"), "unix:uid")).isEqualTo(Account.ROOT);
        start().stop();

        // When
        Path programs = directory.resolve("programs");
        spec =
                PostgresProcess.as(
                        new Account.Demoted(Account.NOBODY),
                        settings,
                        PostgresBinaries.unpackInto(programs),
                        directory.resolve("postgresql.log"));
        var server = start();

        // Then
        assertThat(Files.getAttribute(Path.of("/proc/" + server.pid()), "unix:uid"))
                .isEqualTo(Account.NOBODY);
        assertThat(one("SELECT 1")).isEqualTo("1");
    }

    private RunningProcess start() throws InterruptedException {
        var process = Launcher.start(spec);
        started.add(process);
        return process.awaitReady();
    }

    private String one(String query) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private Connection connect() throws SQLException {
        return connectWith(spec.password());
    }

    private Connection connectWith(String password) throws SQLException {
        return DriverManager.getConnection(spec.jdbcUrl(), PostgresSettings.USER, password);
    }
}
