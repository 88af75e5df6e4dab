package dev.millrace.stack.registry;

import dev.millrace.stack.Checkout;
import dev.millrace.stack.ServerStartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where Apicurio Registry lies unpacked.
 *
 * @param path the directory that holds {@code quarkus-run.jar}
 */
public record RegistryHome(Path path) {

    private static final String VARIABLE = "MILLRACE_REGISTRY_HOME";
    private static final String JAR = "quarkus-run.jar";

    /**
     * {@code MILLRACE_REGISTRY_HOME}, else what the build unpacked into this checkout.
     *
     * @throws ServerStartException when it is at neither place
     */
    public static RegistryHome find() {
        return find(System.getenv(), Checkout.stackTarget());
    }

    static RegistryHome find(Map<String, String> environment, Optional<Path> stackTarget) {
        String explicit = environment.getOrDefault(VARIABLE, "");
        if (!explicit.isBlank()) {
            return at(Path.of(explicit)).orElseThrow(() -> missing(VARIABLE + "=" + explicit));
        }
        Path unpacked =
                stackTarget
                        .map(target -> target.resolve("apicurio-registry"))
                        .orElseThrow(
                                () ->
                                        missing(
                                                "the working directory is not in a checkout and "
                                                        + VARIABLE
                                                        + " is not set"));
        return at(unpacked)
                .orElseThrow(() -> missing(unpacked + " (mvn package unpacks it there)"));
    }

    Path jar() {
        return path.resolve(JAR);
    }

    private static Optional<RegistryHome> at(Path path) {
        return Files.isRegularFile(path.resolve(JAR))
                ? Optional.of(new RegistryHome(path.toAbsolutePath().normalize()))
                : Optional.empty();
    }

    private static ServerStartException missing(String where) {
        return new ServerStartException("Apicurio Registry (" + JAR + ") was not found: " + where);
    }
}
