package dev.millrace.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Ahead-of-time caches of JVMs, which more than halve their start. The first run of a command
 * records one and writes it when it exits in good order (seconds of work); later runs of the same
 * command use it. {@code MILLRACE_AOT=off} turns it off.
 *
 * <p>A cache is good for exactly the jars, the Java and the JVM options it was recorded with, so
 * these make up its name; caches of other keys are removed when a new one is recorded.
 */
public final class AotCache {

    private static final String OFF = "off";
    private static final String SUFFIX = ".aot";
    private static final int KEY_BYTES = 8;

    private final Optional<Path> directory;

    private AotCache(Optional<Path> directory) {
        this.directory = directory;
    }

    /** Caches in a directory, unless the environment turns them off. */
    public static AotCache in(Path directory) {
        return in(directory, System.getenv());
    }

    static AotCache in(Path directory, Map<String, String> environment) {
        return OFF.equalsIgnoreCase(environment.getOrDefault("MILLRACE_AOT", ""))
                ? off()
                : new AotCache(Optional.of(directory.toAbsolutePath().normalize()));
    }

    /** No caches. */
    public static AotCache off() {
        return new AotCache(Optional.empty());
    }

    /**
     * The command with the option that uses its cache, or records one if there is none yet, or the
     * command as it is when caches are off or its class path cannot be cached (it has directories).
     *
     * @param name the server's name, the first part of the file's name
     */
    public JavaCommand applyTo(String name, JavaCommand command) {
        return fileFor(name, command)
                .map(
                        file ->
                                isComplete(file)
                                        ? command.withOptions(
                                                "-XX:AOTCache=" + file, "-Xlog:aot*=error")
                                        : command.withOptions(
                                                "-XX:AOTCacheOutput=" + recordInto(name, file),
                                                "-Xlog:aot*=error"))
                .orElse(command);
    }

    /** Whether the next start of the command uses a cache. */
    public boolean has(String name, JavaCommand command) {
        return fileFor(name, command).map(AotCache::isComplete).orElse(false);
    }

    /** Where the command's cache is or would be; empty when it can have none. */
    Optional<Path> fileFor(String name, JavaCommand command) {
        return directory.flatMap(
                dir -> key(command).map(key -> dir.resolve(name + "-" + key + SUFFIX)));
    }

    /** The header is written last: a recording that was cut off starts with zeros. */
    private static boolean isComplete(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] magic = in.readNBytes(Integer.BYTES);
            for (byte b : magic) {
                if (b != 0) {
                    return magic.length == Integer.BYTES;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path recordInto(String name, Path file) {
        Path dir = file.getParent();
        try {
            Files.createDirectories(dir);
            try (var old = Files.newDirectoryStream(dir, name + "-*" + SUFFIX + "*")) {
                for (Path other : old) {
                    Files.deleteIfExists(other);
                }
            }
            return file;
        } catch (IOException e) {
            throw new ServerStartException("cannot write AOT caches to " + dir, e);
        }
    }

    private static Optional<String> key(JavaCommand command) {
        var parts = new ArrayList<String>();
        parts.add(command.home().path().toString());
        parts.add(command.home().release());
        // System properties do not matter to a cache, and ports stand in them.
        command.options().stream().filter(o -> !o.startsWith("-D")).forEach(parts::add);
        try {
            for (Path jar : jars(command.program())) {
                if (!Files.isRegularFile(jar)) {
                    return Optional.empty();
                }
                parts.add(jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar));
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.of(digest(String.join("\n", parts)));
    }

    private static List<Path> jars(JavaCommand.Program program) throws IOException {
        return switch (program) {
            case JavaCommand.Program.Main main -> main.classPath();
            case JavaCommand.Program.Jar(var jar) -> {
                var jars = new ArrayList<Path>(List.of(jar));
                try (var file = new JarFile(jar.toFile())) {
                    var manifest = file.getManifest();
                    String classPath =
                            manifest == null
                                    ? null
                                    : manifest.getMainAttributes()
                                            .getValue(Attributes.Name.CLASS_PATH);
                    if (classPath != null) {
                        for (String entry : classPath.trim().split(" +", -1)) {
                            jars.add(jar.resolveSibling(entry));
                        }
                    }
                }
                yield jars;
            }
        };
    }

    private static String digest(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, KEY_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
