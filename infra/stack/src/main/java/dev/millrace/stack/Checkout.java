package dev.millrace.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds what the build has put into this module's {@code target}, from anywhere in the checkout.
 */
public final class Checkout {

    private static final Path STACK = Path.of("infra", "stack");

    private Checkout() {}

    /** {@code infra/stack/target} of the checkout that the working directory lies in. */
    public static Optional<Path> stackTarget() {
        return stackTarget(Path.of("").toAbsolutePath());
    }

    static Optional<Path> stackTarget(Path from) {
        for (Path dir = from; dir != null; dir = dir.getParent()) {
            if (Files.isRegularFile(dir.resolve(STACK).resolve("pom.xml"))) {
                return Optional.of(dir.resolve(STACK).resolve("target"));
            }
        }
        return Optional.empty();
    }
}
