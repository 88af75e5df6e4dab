package dev.millrace.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class JavaCommandTest {

    private final JavaHome java = new JavaHome(Path.of("/jdk"), 25);

    @Test
    void aMainClassFollowsTheOptionsAndItsArgumentsComeLast() {
        // When
        var words =
                JavaCommand.main(java, List.of(Path.of("/a.jar"), Path.of("/b.jar")), "app.Main")
                        .withOptions("-Xmx64m")
                        .withArguments("one", "two")
                        .words();

        // Then
        assertThat(words).startsWith("/jdk/bin/java").contains("-XX:+UseSerialGC");
        assertThat(words)
                .endsWith(
                        "-Xmx64m",
                        "-cp",
                        "/a.jar" + File.pathSeparator + "/b.jar",
                        "app.Main",
                        "one",
                        "two");
    }

    @Test
    void anExecutableJarFollowsTheOptions() {
        assertThat(JavaCommand.jar(java, Path.of("/run.jar")).withOptions("-Dx=1").words())
                .endsWith("-Dx=1", "-jar", "/run.jar");
    }

    @Test
    void theCurrentClassPathIsThatOfThisJvm() {
        assertThat(JavaCommand.currentClassPath())
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry).isAbsolute());
    }
}
