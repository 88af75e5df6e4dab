package dev.millrace.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * Ahead-of-time caches of JVMs, which halve their start. The first run of a command records what it
 * loads and writes that down when it stops in good order; {@link #createPending} turns recordings
 * into caches, at a time that suits the caller, since that takes seconds of work; later runs of the
 * same command use them. {@code MILLRACE_AOT=off} turns all of it off, {@code use} the recording.
 *
 * <p>A cache is good for exactly the jars, the Java and the JVM options it was recorded with, so
 * these make up its name; what other keys left is removed when a new one is recorded. Thread-safe.
 */
public final class AotCache {

    private static final String OFF = "off";
    private static final String USE = "use";
    private static final String CACHE = ".aot";
    private static final String RECORDING = ".aotconf";
    private static final String COMMAND = ".command";
    private static final String UNFINISHED = ".unfinished";
    private static final int KEY_BYTES = 8;
    private static final int CREATORS = 2;

    private final Optional<Path> directory;
    private final boolean records;
    private final Set<Path> recording = ConcurrentHashMap.newKeySet();

    private AotCache(Optional<Path> directory, boolean records) {
        this.directory = directory;
        this.records = records;
    }

    /** Caches in a directory, unless the environment turns them off. */
    public static AotCache in(Path directory) {
        return in(directory, System.getenv());
    }

    /** As {@link #in(Path)}, of another environment than this process's. */
    public static AotCache in(Path directory, Map<String, String> environment) {
        String mode = environment.getOrDefault("MILLRACE_AOT", "");
        return OFF.equalsIgnoreCase(mode)
                ? off()
                : new AotCache(
                        Optional.of(directory.toAbsolutePath().normalize()),
                        !USE.equalsIgnoreCase(mode));
    }

    /** No caches. */
    public static AotCache off() {
        return new AotCache(Optional.empty(), false);
    }

    /**
     * The command with the option that uses its cache or, if there is none yet, records for one. As
     * it is when caches are off, when its class path cannot be cached (it has directories), or when
     * an equal command already records: one of several equal workers is enough.
     *
     * @param name the server's name, the first part of the file's name
     */
    public JavaCommand applyTo(String name, JavaCommand command) {
        Path cache = fileFor(name, command).orElse(null);
        if (cache == null) {
            return command;
        }
        if (Files.isRegularFile(cache)) {
            return command.withOptions("-XX:AOTCache=" + cache, "-Xlog:aot*=error");
        }
        Path pending = withSuffix(cache, RECORDING);
        if (!records || isRecorded(pending) || !recording.add(cache)) {
            return command;
        }
        prepareRecording(name, cache, command);
        return command.withOptions(
                "-XX:AOTMode=record", "-XX:AOTConfiguration=" + pending, "-Xlog:aot*=error");
    }

    /** A server that was killed leaves an empty recording, which counts for nothing. */
    private static boolean isRecorded(Path pending) {
        try {
            return Files.exists(pending) && Files.size(pending) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the next start of the command uses a cache. */
    public boolean has(String name, JavaCommand command) {
        return fileFor(name, command).map(Files::isRegularFile).orElse(false);
    }

    /** How many recordings wait to be made into caches. */
    public int pending() {
        return recordings().size();
    }

    /**
     * Makes caches of the recordings that stopped servers have left, two at a time; each takes
     * about five seconds of one processor and 300 MB. What is not done within the limit waits for
     * the next call; a recording of which none can be made is dropped, to be recorded anew. To be
     * called when no server is recording any more.
     *
     * @return how many caches were made
     */
    public int createPending(Duration limit) throws InterruptedException {
        var creations =
                recordings().stream()
                        .map(pending -> (Callable<Boolean>) () -> create(pending, limit))
                        .toList();
        int made = 0;
        try (var workers = Executors.newFixedThreadPool(CREATORS)) {
            // Those that take too long are interrupted.
            for (var creation :
                    workers.invokeAll(creations, limit.toMillis(), TimeUnit.MILLISECONDS)) {
                if (creation.state() == Future.State.SUCCESS && creation.resultNow()) {
                    made++;
                }
            }
        }
        return made;
    }

    /** Where the command's cache is or would be; empty when it can have none. */
    Optional<Path> fileFor(String name, JavaCommand command) {
        return directory.flatMap(
                dir -> key(command).map(key -> dir.resolve(name + "-" + key + CACHE)));
    }

    private List<Path> recordings() {
        if (directory.isEmpty()) {
            return List.of();
        }
        var found = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(directory.get(), "*" + RECORDING)) {
            files.forEach(found::add);
        } catch (IOException e) {
            return List.of(); // nothing was recorded yet
        }
        return found;
    }

    /** Beside its place and renamed at the end, so that a cache is always whole. */
    private static boolean create(Path pending, Duration limit)
            throws IOException, InterruptedException {
        Path cache = withSuffix(pending, CACHE);
        Path unfinished = withSuffix(pending, UNFINISHED);
        Path command = withSuffix(pending, COMMAND);
        try {
            var words = Files.exists(command) ? Files.readAllLines(command) : List.of("false");
            var result = BoundedCommand.run(words, "", Map.of(), limit);
            boolean done = result.succeeded() && Files.isRegularFile(unfinished);
            if (done) {
                Files.move(unfinished, cache, StandardCopyOption.ATOMIC_MOVE);
            }
            if (!result.tookTooLong()) {
                Files.deleteIfExists(pending);
                Files.deleteIfExists(command);
            }
            return done;
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Makes room, and writes down the command that will make the cache. */
    private static void prepareRecording(String name, Path cache, JavaCommand command) {
        Path dir = cache.resolveSibling(".").normalize();
        var ofThisName = Pattern.compile(Pattern.quote(name) + "-[0-9a-f]{16}\\.[a-z]+");
        try {
            Files.createDirectories(dir);
            try (var files = Files.newDirectoryStream(dir)) {
                for (Path file : files) {
                    if (ofThisName.matcher(String.valueOf(file.getFileName())).matches()) {
                        Files.deleteIfExists(file);
                    }
                }
            }
            Files.write(withSuffix(cache, COMMAND), creation(cache, command));
        } catch (IOException e) {
            throw new ServerStartException("cannot write AOT caches to " + dir, e);
        }
    }

    private static List<String> creation(Path cache, JavaCommand command) {
        var program =
                switch (command.program()) {
                    case JavaCommand.Program.Main main -> main;
                    case JavaCommand.Program.Jar(var jar) ->
                            new JavaCommand.Program.Main(List.of(jar), "none");
                };
        return new JavaCommand(command.home(), command.options(), program, List.of())
                .withOptions(
                        "-XX:AOTMode=create",
                        "-XX:AOTConfiguration=" + withSuffix(cache, RECORDING),
                        "-XX:AOTCache=" + withSuffix(cache, UNFINISHED),
                        "-Xlog:aot*=error")
                .words();
    }

    private static Path withSuffix(Path file, String suffix) {
        String name = String.valueOf(file.getFileName());
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + suffix);
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
