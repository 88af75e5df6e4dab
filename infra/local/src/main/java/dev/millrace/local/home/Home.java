package dev.millrace.local.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Where everything of one local stack lives: {@code $MILLRACE_HOME}, and the checkout that it runs.
 */
public record Home(Path root, Path checkout) {

    public Home {
        root = root.toAbsolutePath().normalize();
        checkout = checkout.toAbsolutePath().normalize();
    }

    /**
     * {@code MILLRACE_HOME} (default {@code .millrace} in the checkout) and {@code
     * MILLRACE_CHECKOUT} (default here).
     */
    public static Home fromEnvironment(Map<String, String> environment) {
        Path checkout = Path.of(environment.getOrDefault("MILLRACE_CHECKOUT", "."));
        String home = environment.get("MILLRACE_HOME");
        return new Home(home == null ? checkout.resolve(".millrace") : Path.of(home), checkout);
    }

    public Path run(String file) {
        return folder("run").resolve(file);
    }

    public Path endpointsFile() {
        return run("endpoints.json");
    }

    public Path pidsFile() {
        return run("pids.json");
    }

    public Path stateFile() {
        return run("state.json");
    }

    public Path log(String name) {
        return folder("logs").resolve(name + ".log");
    }

    public Path data(String name) {
        return folder("data/" + name);
    }

    /** The applied catalog's file; made on the first start, edited by its owner from then on. */
    public Path catalogFile() {
        return root.resolve("catalog.yaml");
    }

    /** A file only its owner may read. */
    public Path secret(String name) {
        return folder("secrets").resolve(name);
    }

    public void writeSecret(String name, String value) {
        Path file = secret(name);
        try {
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private Path folder(String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + root.resolve(name), e);
        }
    }
}
