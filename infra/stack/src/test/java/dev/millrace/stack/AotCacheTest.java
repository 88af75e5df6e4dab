package dev.millrace.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AotCacheTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String MAKE_CACHE =
            "for o in \"$@\"; do case $o in -XX:AOTCache=*) echo \"$@\" >\"${o#*=}\";; esac; done";

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
        Files.createDirectories(java.java().getParent());
        javaThat(MAKE_CACHE);
        assertThat(java.java().toFile().setExecutable(true)).isTrue();
        cache = AotCache.in(directory.resolve("aot"), Map.of());
        command = JavaCommand.main(java, List.of(jar), "Main").withOptions("-Dport=1");
    }

    @Test
    void theFirstRunRecordsAndOnceTheCacheIsMadeLaterRunsUseIt() throws Exception {
        // Given
        var first = cache.applyTo("app", command);
        stopped(first);
        assertThat(cache.pending()).isEqualTo(1);

        // When
        int made = cache.createPending(LIMIT);

        // Then
        Path file = fileOf(command);
        assertThat(made).isEqualTo(1);
        assertThat(cache.pending()).isZero();
        assertThat(cache.has("app", command)).isTrue();
        assertThat(file).content().startsWith("-XX:").contains("-cp " + jar);
        assertThat(cache.applyTo("app", command).options()).contains("-XX:AOTCache=" + file);
        assertThat(directory.resolve("aot").toFile().list())
                .containsExactly(file.toFile().getName());
    }

    @Test
    void ofSeveralEqualServersOneRecordsAndAWaitingRecordingIsNotOverwritten() throws Exception {
        // Given
        var first = cache.applyTo("app", command);

        // Then
        assertThat(cache.applyTo("app", command)).isEqualTo(command);

        // When
        stopped(first);
        var another = AotCache.in(directory.resolve("aot"), Map.of());

        // Then
        assertThat(another.applyTo("app", command)).isEqualTo(command);
    }

    @Test
    void aRecordingOfWhichNoCacheCanBeMadeIsDroppedAndDoneAnew() throws Exception {
        // Given
        stopped(cache.applyTo("app", command));
        javaThat("exit 1");

        // When
        int made = cache.createPending(LIMIT);

        // Then
        var later = AotCache.in(directory.resolve("aot"), Map.of());
        assertThat(made).isZero();
        assertThat(cache.has("app", command)).isFalse();
        assertThat(later.applyTo("app", command).options()).contains("-XX:AOTMode=record");
    }

    @Test
    void whatTakesTooLongWaitsForTheNextTime() throws Exception {
        // Given
        stopped(cache.applyTo("app", command));
        javaThat("exec sleep 30");

        // When
        int made = cache.createPending(Duration.ofMillis(300));

        // Then
        assertThat(made).isZero();
        assertThat(cache.pending()).isEqualTo(1);
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
    void recordingRemovesTheCachesOfOlderKeysButNotThoseOfOtherServers() throws Exception {
        // Given
        stopped(cache.applyTo("app", command));
        stopped(cache.applyTo("app-2", command));
        cache.createPending(LIMIT);

        // When
        cache.applyTo("app", command.withOptions("-Xmx1g"));

        // Then
        assertThat(cache.has("app", command)).isFalse();
        assertThat(cache.has("app-2", command)).isTrue();
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

    @Test
    void cachesCanBeUsedWithoutAnyBeingRecorded() {
        AotCache used = AotCache.in(directory.resolve("aot"), Map.of("MILLRACE_AOT", "use"));

        assertThat(used.applyTo("app", command)).isEqualTo(command);
        assertThat(used.pending()).isZero();
    }

    private Path fileOf(JavaCommand of) {
        return cache.fileFor("app", of).orElseThrow();
    }

    /** What a JVM that records does when it stops. */
    private static void stopped(JavaCommand recording) throws IOException {
        String option =
                recording.options().stream()
                        .filter(o -> o.startsWith("-XX:AOTConfiguration="))
                        .findFirst()
                        .orElseThrow();
        Files.writeString(Path.of(option.substring(option.indexOf('=') + 1)), "recording");
    }

    /** A Java that does something else instead. */
    private void javaThat(String script) throws IOException {
        Files.writeString(java.java(), "#!/bin/sh\n" + script + "\n");
    }
}
