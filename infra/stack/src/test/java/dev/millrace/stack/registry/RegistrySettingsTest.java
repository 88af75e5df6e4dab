package dev.millrace.stack.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrySettingsTest {

    private final RegistrySettings settings =
            new RegistrySettings(Path.of("/data/registry"), 8081, 8082);

    @Test
    void itListensOnLoopbackOnlyAndRefusesIncompatibleSchemas() {
        assertThat(settings.toOptions())
                .contains(
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=8081",
                        "-Dquarkus.management.host=127.0.0.1",
                        "-Dquarkus.management.port=8082",
                        "-Dapicurio.rules.global.compatibility=BACKWARD");
    }

    @Test
    void aRegistrationIsOnDiskBeforeItIsAcknowledged() {
        assertThat(settings.toOptions())
                .contains(
                        "-Dapicurio.datasource.url=jdbc:h2:file:/data/registry/registry;WRITE_DELAY=0");
    }

    @Test
    void clientsUseTheConfluentCompatibleApi() {
        assertThat(settings.url()).isEqualTo("http://127.0.0.1:8081/apis/ccompat/v7");
    }

    @Test
    void wrongSettingsAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RegistrySettings(Path.of("d"), 8081, 8081))
                .withMessageContaining("managementPort must differ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RegistrySettings(Path.of("d"), -1, 8081))
                .withMessage("port must be 1 to 65535, was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RegistrySettings(Path.of("/a;b"), 8081, 8082))
                .withMessageContaining("dataDirectory must not contain ';'");
    }

    @Test
    void itsHomeIsWhatTheVariableNamesElseWhatTheBuildUnpacked(@TempDir Path directory)
            throws IOException {
        // Given
        Path explicit = Files.createDirectories(directory.resolve("explicit"));
        Files.createFile(explicit.resolve("quarkus-run.jar"));
        Path unpacked = Files.createDirectories(directory.resolve("apicurio-registry"));
        Files.createFile(unpacked.resolve("quarkus-run.jar"));
        var variable = Map.of("MILLRACE_REGISTRY_HOME", explicit.toString());

        // Then
        assertThat(RegistryHome.find(variable, Optional.of(directory)).path()).isEqualTo(explicit);
        assertThat(RegistryHome.find(Map.of(), Optional.of(directory)).path()).isEqualTo(unpacked);
    }

    @Test
    void aMissingHomeSaysWhatToDo(@TempDir Path empty) {
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> RegistryHome.find(Map.of(), Optional.of(empty)))
                .withMessageContaining("mvn package");
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> RegistryHome.find(Map.of(), Optional.empty()))
                .withMessageContaining("MILLRACE_REGISTRY_HOME is not set");
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(
                        () ->
                                RegistryHome.find(
                                        Map.of("MILLRACE_REGISTRY_HOME", empty.toString()),
                                        Optional.empty()))
                .withMessageContaining("MILLRACE_REGISTRY_HOME=" + empty);
    }
}
