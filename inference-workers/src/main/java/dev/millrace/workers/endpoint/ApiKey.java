package dev.millrace.workers.endpoint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A key as it was read for one call.
 *
 * @param index its place in the pool
 * @param label where the catalog says it is, never the key itself
 * @param fingerprint tells one content from another without showing it
 * @param secret empty where the server wants none
 */
public record ApiKey(int index, String label, String fingerprint, Optional<String> secret) {
    private static final int DIGITS = 8;
    private static final String NO_LABEL = "none";

    /** For servers that want no key. */
    static final ApiKey NONE = new ApiKey(0, NO_LABEL, NO_LABEL, Optional.empty());

    static ApiKey of(int index, String label, String secret) {
        return new ApiKey(index, label, fingerprint(secret), Optional.of(secret));
    }

    private static String fingerprint(String secret) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, DIGITS / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "ApiKey[" + label + ", fingerprint=" + fingerprint + "]";
    }
}
