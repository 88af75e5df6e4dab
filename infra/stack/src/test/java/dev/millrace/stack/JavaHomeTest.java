package dev.millrace.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaHomeTest {

    @TempDir Path directory;
    private Path installed;
    private Path java17;
    private Path java25;
    private Path java26;

    @BeforeEach
    void installations() throws IOException {
        installed = Files.createDirectories(directory.resolve("jvm"));
        java17 = install(directory.resolve("elsewhere-17"), "17.0.15");
        java25 = install(installed.resolve("a-25"), "25.0.3");
        java26 = install(installed.resolve("b-26"), "26-ea");
        install(installed.resolve("c-21"), "21.0.1");
    }

    @Test
    void theExplicitOneWins() {
        assertThat(resolve(Map.of("MILLRACE_JAVA_HOME", java25.toString()), java26))
                .isEqualTo(new JavaHome(java25, 25));
    }

    @Test
    void anExplicitOneThatIsTooOldOrNoneIsAnErrorThatNamesIt() {
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> resolve(Map.of("MILLRACE_JAVA_HOME", java17.toString()), java25))
                .withMessage("MILLRACE_JAVA_HOME=%s is Java 17; 25 or newer is needed", java17);
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> resolve(Map.of("MILLRACE_JAVA_HOME", "/nowhere"), java25))
                .withMessage("MILLRACE_JAVA_HOME=/nowhere is not a Java installation");
    }

    @Test
    void javaHomeIsUsedWhenItIsNewEnough() {
        assertThat(resolve(Map.of("JAVA_HOME", java26.toString()), java25).path())
                .isEqualTo(java26);
    }

    @Test
    void aJavaHomeThatIsTooOldIsPassedOverForTheCurrentOne() {
        assertThat(resolve(Map.of("JAVA_HOME", java17.toString()), java25).path())
                .isEqualTo(java25);
    }

    @Test
    void elseTheNewestInstalledOneIsFound() {
        assertThat(resolve(Map.of("JAVA_HOME", ""), java17)).isEqualTo(new JavaHome(java26, 26));
    }

    @Test
    void withNoneTheErrorSaysWhatWasLookedAt() throws IOException {
        FileTree.delete(installed);
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> resolve(Map.of(), java17))
                .withMessageContaining("Java 25 or newer is needed")
                .withMessageContaining(java17.toString())
                .withMessageContaining(installed.toString());
    }

    private JavaHome resolve(Map<String, String> environment, Path current) {
        return JavaHome.resolve(environment, current, installed);
    }

    private static Path install(Path home, String version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Path java = Files.createFile(home.resolve("bin").resolve("java"));
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }
}
