package dev.millrace.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Where a Java that can run Millrace is installed.
 *
 * @param path the directory that holds {@code bin/java}
 * @param feature its feature version, such as 25
 */
public record JavaHome(Path path, int feature) {

    /** The oldest Java that runs Millrace. */
    public static final int OLDEST = 25;

    private static final Path INSTALLED = Path.of("/usr/lib/jvm");
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)[^\"]*\"");

    /**
     * {@code MILLRACE_JAVA_HOME}, else {@code JAVA_HOME} if new enough, else the Java that runs
     * this, else the newest under /usr/lib/jvm.
     *
     * @throws ServerStartException when there is none, naming what was looked at
     */
    public static JavaHome resolve() {
        return resolve(System.getenv(), Path.of(System.getProperty("java.home")), INSTALLED);
    }

    static JavaHome resolve(Map<String, String> environment, Path current, Path installed) {
        String explicit = environment.getOrDefault("MILLRACE_JAVA_HOME", "");
        if (!explicit.isBlank()) {
            return explicitly(Path.of(explicit));
        }
        var candidates = new ArrayList<Path>();
        String javaHome = environment.getOrDefault("JAVA_HOME", "");
        if (!javaHome.isBlank()) {
            candidates.add(Path.of(javaHome));
        }
        candidates.add(current);
        for (Path candidate : candidates) {
            var feature = featureOf(candidate);
            if (feature.orElse(0) >= OLDEST) {
                return new JavaHome(candidate, feature.getAsInt());
            }
        }
        return newestIn(installed, candidates);
    }

    public Path java() {
        return path.resolve("bin").resolve("java");
    }

    /** What the installation says about itself; changes with every update. */
    String release() {
        return releaseOf(path);
    }

    private static JavaHome explicitly(Path home) {
        int feature = featureOf(home).orElse(0);
        if (feature >= OLDEST) {
            return new JavaHome(home, feature);
        }
        throw new ServerStartException(
                feature == 0
                        ? "MILLRACE_JAVA_HOME=%s is not a Java installation".formatted(home)
                        : "MILLRACE_JAVA_HOME=%s is Java %d; %d or newer is needed"
                                .formatted(home, feature, OLDEST));
    }

    private static JavaHome newestIn(Path installed, List<Path> lookedAt) {
        try (var homes = Files.newDirectoryStream(installed)) {
            var found = new ArrayList<JavaHome>();
            for (Path home : homes) {
                featureOf(home).ifPresent(feature -> found.add(new JavaHome(home, feature)));
            }
            var newest =
                    found.stream()
                            .filter(home -> home.feature >= OLDEST)
                            .max(
                                    Comparator.comparingInt(JavaHome::feature)
                                            .thenComparing(JavaHome::path));
            if (newest.isPresent()) {
                return newest.get();
            }
        } catch (IOException e) {
            // no such directory: nothing is installed there
        }
        throw new ServerStartException(
                "Java %d or newer is needed and was not found; looked at %s and under %s. Install one, or set MILLRACE_JAVA_HOME"
                        .formatted(OLDEST, lookedAt, installed));
    }

    private static OptionalInt featureOf(Path home) {
        if (!Files.isExecutable(home.resolve("bin").resolve("java"))) {
            return OptionalInt.empty();
        }
        var version = VERSION.matcher(releaseOf(home));
        return version.find()
                ? OptionalInt.of(Integer.parseInt(version.group(1)))
                : OptionalInt.empty();
    }

    private static String releaseOf(Path home) {
        try {
            return Files.readString(home.resolve("release"));
        } catch (IOException e) {
            return "";
        }
    }
}
