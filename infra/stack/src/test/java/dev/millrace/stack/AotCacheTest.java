package dev.millrace.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AotCacheTest {

    private static final byte[] HEADER = {(byte) 0xf0, 0x0b, (byte) 0xab, (byte) 0xa2, 1, 2};

    @TempDir Path directory;
    private Path jar;
    private JavaHome java;
    private AotCache cache;
    private JavaCommand command;

    @BeforeEach
    void aCommand() throws IOException {
        jar = Files.writeString(directory.resolve("app.jar"), "jar");
        java = new JavaHome(Files.createDirectories(directory.resolve("jdk")), 25);
        Files.writeString(java.path().resolve("release"), "JAVA_VERSION=\"25.0.3\"");
        cache = AotCache.in(directory.resolve("aot"), Map.of());
        command = JavaCommand.main(java, List.of(jar), "Main").withOptions("-Dport=1");
    }

    @Test
    void theFirstRunRecordsAndTheNextOnesUseWhatItWrote() throws IOException {
        // Given
        var first = cache.applyTo("app", command);

        // When
        Path file = recordedBy(first);
        Files.write(file, HEADER);
        var second = cache.applyTo("app", command);

        // Then
        assertThat(first.options()).contains("-XX:AOTCacheOutput=" + file);
        assertThat(second.options()).contains("-XX:AOTCache=" + file);
        assertThat(cache.has("app", command)).isTrue();
    }

    @Test
    void aRecordingThatWasCutOffIsDoneAgain() throws IOException {
        // Given
        Path file = recordedBy(cache.applyTo("app", command));
        Files.write(file, new byte[4096]);

        // When
        var next = cache.applyTo("app", command);

        // Then
        assertThat(recordedBy(next)).isEqualTo(file).doesNotExist();
        assertThat(cache.has("app", command)).isFalse();
    }

    @Test
    void portsDoNotMatterButOptionsJarsAndTheJavaDo() throws IOException {
        // Given
        Path file = fileOf(command);

        // Then
        assertThat(fileOf(command.withOptions("-Dport=2").withArguments("x"))).isEqualTo(file);
        assertThat(fileOf(command.withOptions("-Xmx1g"))).isNotEqualTo(file);

        Files.setLastModifiedTime(jar, FileTime.fromMillis(1));
        Path touched = fileOf(command);
        assertThat(touched).isNotEqualTo(file);

        Files.writeString(java.path().resolve("release"), "JAVA_VERSION=\"25.0.4\"");
        assertThat(fileOf(command)).isNotEqualTo(touched);
    }

    @Test
    void recordingRemovesTheCachesOfOlderKeysButNotThoseOfOtherServers() throws IOException {
        // Given
        Path old = recordedBy(cache.applyTo("app", command));
        Files.write(old, HEADER);
        Path other = recordedBy(cache.applyTo("other", command));
        Files.write(other, HEADER);

        // When
        cache.applyTo("app", command.withOptions("-Xmx1g"));

        // Then
        assertThat(old).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void anExecutableJarIsKeyedByTheJarsOfItsManifestToo() throws IOException {
        // Given
        Path library = Files.writeString(directory.resolve("lib.jar"), "library");
        Path runner = directory.resolve("run.jar");
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "lib.jar");
        new JarOutputStream(Files.newOutputStream(runner), manifest).close();
        var executable = JavaCommand.jar(java, runner);
        Path before = fileOf(executable);

        // When
        Files.writeString(library, "another library");

        // Then
        assertThat(fileOf(executable)).isNotEqualTo(before);
    }

    @Test
    void aClassPathWithADirectoryHasNoCache() {
        // Given
        var withDirectory = JavaCommand.main(java, List.of(directory), "Main");

        // Then
        assertThat(cache.applyTo("app", withDirectory)).isEqualTo(withDirectory);
    }

    @Test
    void itCanBeTurnedOff() {
        assertThat(AotCache.in(directory, Map.of("MILLRACE_AOT", "off")).applyTo("app", command))
                .isEqualTo(command);
        assertThat(AotCache.off().applyTo("app", command)).isEqualTo(command);
    }

    private Path fileOf(JavaCommand of) {
        return cache.fileFor("app", of).orElseThrow();
    }

    private static Path recordedBy(JavaCommand recording) {
        return recording.options().stream()
                .filter(option -> option.startsWith("-XX:AOTCacheOutput="))
                .map(option -> Path.of(option.substring(option.indexOf('=') + 1)))
                .findFirst()
                .orElseThrow();
    }
}
