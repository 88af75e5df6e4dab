package dev.millrace.stack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.stack.ServerStartException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PostgresSettingsTest {

    private static final Path PASSWORD = Path.of("/run/password");

    private final PostgresSettings settings =
            new PostgresSettings(Path.of("/data/postgresql"), 5432, PASSWORD);

    @Test
    void whatIsAcknowledgedIsOnDisk() {
        assertThat(settings.toParameters())
                .containsEntry("fsync", "on")
                .containsEntry("synchronous_commit", "on")
                .containsEntry("full_page_writes", "on");
    }

    @Test
    void itListensOnLoopbackAndOnNoSocketFile() {
        assertThat(settings.toParameters())
                .containsEntry("listen_addresses", "127.0.0.1")
                .containsEntry("port", "5432")
                .containsEntry("unix_socket_directories", "");
        assertThat(settings.jdbcUrl()).isEqualTo("jdbc:postgresql://127.0.0.1:5432/millrace");
    }

    @Test
    void everyParameterIsAnArgument() {
        assertThat(settings.toArguments())
                .hasSize(2 * settings.toParameters().size())
                .containsSequence("-c", "fsync=on");
    }

    @Test
    void wrongSettingsAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PostgresSettings(Path.of("d"), 0, PASSWORD))
                .withMessage("port must be 1 to 65535, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PostgresSettings(Path.of("/"), 1, PASSWORD))
                .withMessageContaining("dataDirectory");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PostgresSettings(Path.of("/d"), 1, Path.of("/d/password")))
                .withMessageContaining("passwordFile must not lie in dataDirectory");
    }

    @Test
    void theArchiveFitsTheMachine() {
        assertThat(PostgresBinaries.archiveFor("Linux", "amd64"))
                .isEqualTo("postgres-linux-x86_64.txz");
        assertThat(PostgresBinaries.archiveFor("Linux", "aarch64"))
                .isEqualTo("postgres-linux-arm_64.txz");
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> PostgresBinaries.archiveFor("Mac OS X", "aarch64"))
                .withMessageContaining("this is Mac OS X on aarch64");
    }
}
