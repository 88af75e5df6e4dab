package dev.millrace.kit;

import dev.millrace.catalog.SecretRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Resolves {@code env:NAME} and {@code file:PATH}. Read at each use, so that a rotated file needs
 * no restart.
 */
public final class SecretSource {
    private static final long MAX_BYTES = 64 * 1024;
    private final Map<String, String> environment;

    public SecretSource(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * The secret, without surrounding white space.
     *
     * @throws MissingSecretException naming the reference, never the secret
     */
    public String resolve(SecretRef reference) throws MissingSecretException {
        String value = reference.isEnvironment() ? fromEnvironment(reference) : fromFile(reference);
        if (value.isBlank()) {
            throw new MissingSecretException("the secret at " + reference.value() + " is empty");
        }
        return value.strip();
    }

    private String fromEnvironment(SecretRef reference) throws MissingSecretException {
        String value = environment.get(reference.target());
        if (value == null) {
            throw new MissingSecretException(
                    "environment variable " + reference.target() + " is not set for this service");
        }
        return value;
    }

    private static String fromFile(SecretRef reference) throws MissingSecretException {
        Path path = Path.of(reference.target());
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new MissingSecretException("the secret file " + path + " is over 64 KiB");
            }
            return Files.readString(path);
        } catch (IOException e) {
            throw new MissingSecretException("the secret file " + path + " cannot be read", e);
        }
    }

    /** A secret that a catalog entry refers to is not there. */
    public static final class MissingSecretException extends Exception {
        private static final long serialVersionUID = 1L;

        MissingSecretException(String message) {
            super(message);
        }

        MissingSecretException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
