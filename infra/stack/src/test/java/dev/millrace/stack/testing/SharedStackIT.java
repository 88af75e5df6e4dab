package dev.millrace.stack.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.stack.HttpProbe;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class SharedStackIT {

    private final TestStack stack = TestStack.shared();

    @Test
    void allPartsServeAndKeepAddressAndDataOverARestart() throws Exception {
        // Given
        stack.startAll();
        String bootstrap = stack.bootstrap();
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
        execute("CREATE TABLE kept (id int)");
        var subjects = URI.create(stack.registryUrl() + "/subjects");

        // When
        stack.registry().stop();
        stack.broker().kill();
        stack.postgres().stop();

        // Then
        assertThat(HttpProbe.answersOk(subjects)).isFalse();
        assertThat(stack.broker().isRunning()).isFalse();

        // When
        stack.startAll();

        // Then
        assertThat(HttpProbe.answersOk(subjects)).isTrue();
        assertThat(stack.bootstrap()).isEqualTo(bootstrap);
        execute("INSERT INTO kept VALUES (1)");
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS)).contains("kept");
        }
    }

    @Test
    void nothingOutlivesATestJvmThatWasKilled(@TempDir Path directory) throws Exception {
        // Given another JVM with a stack of its own
        var command =
                JavaCommand.main(
                                JavaHome.resolve(),
                                JavaCommand.currentClassPath(),
                                StackHolder.class.getName())
                        .withOptions("-Djava.io.tmpdir=" + directory)
                        .words();
        File output = directory.resolve("output").toFile();
        var holder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output)
                        .start();
        await().atMost(Duration.ofSeconds(40))
                .until(() -> Files.readString(output.toPath()).contains("holding"));
        var servers = holder.descendants().toList();
        assertThat(servers).isNotEmpty();

        // When
        holder.destroyForcibly();

        // Then
        await().atMost(Duration.ofSeconds(20))
                .until(() -> servers.stream().noneMatch(ProcessHandle::isAlive));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () ->
                                assertThat(directory.toFile().list())
                                        .noneMatch(name -> name.startsWith("millrace-test-")));
    }

    private void execute(String sql) throws Exception {
        try (var connection =
                        DriverManager.getConnection(
                                stack.jdbcUrl(), stack.dbUser(), stack.dbPassword());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
