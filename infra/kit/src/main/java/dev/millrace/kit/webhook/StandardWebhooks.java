package dev.millrace.kit.webhook;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Standard Webhooks 1.0.0 with the symmetric scheme: {@code v1,} and the base64 of HMAC-SHA256 over
 * {@code id.timestamp.body}. Immutable and safe for several threads; never shows its secret.
 */
public final class StandardWebhooks {
    public static final String ID = "webhook-id";
    public static final String TIMESTAMP = "webhook-timestamp";
    public static final String SIGNATURE = "webhook-signature";

    /**
     * How far a receiver's clock and the timestamp may differ: a captured request is no use later.
     */
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String SECRET_PREFIX = "whsec_";
    private static final String VERSION = "v1,";
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    private StandardWebhooks(byte[] key) {
        if (key.length == 0) {
            throw new IllegalArgumentException("a webhook secret must not be empty");
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * With {@code whsec_} and base64 as the standard writes it; any other text is taken as its own
     * UTF-8 bytes.
     *
     * @throws IllegalArgumentException without the secret in it, when there is no base64 behind
     *     {@code whsec_}
     */
    public static StandardWebhooks withSecret(String secret) {
        if (!secret.startsWith(SECRET_PREFIX)) {
            return new StandardWebhooks(secret.getBytes(StandardCharsets.UTF_8));
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
        } catch (IllegalArgumentException e) {
            // not its message: it may show a piece of the secret
            throw new IllegalArgumentException("a webhook secret is whsec_ and base64");
        }
        return new StandardWebhooks(key);
    }

    /**
     * The three headers of one attempt; {@code id} stays the same over all attempts, the timestamp
     * is the attempt's.
     */
    public Map<String, String> headers(String id, Instant timestamp, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(ID, id);
        headers.put(TIMESTAMP, Long.toString(timestamp.getEpochSecond()));
        headers.put(SIGNATURE, sign(id, timestamp, body));
        return headers;
    }

    /** The signature header's value. */
    public String sign(String id, Instant timestamp, byte[] body) {
        return VERSION
                + Base64.getEncoder().encodeToString(mac(id, timestamp.getEpochSecond(), body));
    }

    /** What a receiver found out about a request. */
    public enum Verdict {
        VALID,
        MISSING_HEADER,
        MALFORMED_TIMESTAMP,
        TOO_OLD,
        TOO_NEW,
        WRONG_SIGNATURE
    }

    /**
     * Checks a request as its receiver. The signature header may carry several, separated by
     * spaces; one that fits is enough. Signatures are compared in constant time.
     */
    public Verdict verify(
            @Nullable String id,
            @Nullable String timestamp,
            @Nullable String signatures,
            byte[] body,
            Instant now) {
        if (id == null || timestamp == null || signatures == null) {
            return Verdict.MISSING_HEADER;
        }
        Instant sent;
        try {
            sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
        } catch (NumberFormatException | DateTimeException e) {
            return Verdict.MALFORMED_TIMESTAMP;
        }
        if (sent.isBefore(now.minus(TOLERANCE))) {
            return Verdict.TOO_OLD;
        }
        if (sent.isAfter(now.plus(TOLERANCE))) {
            return Verdict.TOO_NEW;
        }
        return fitsOne(signatures, mac(id, sent.getEpochSecond(), body))
                ? Verdict.VALID
                : Verdict.WRONG_SIGNATURE;
    }

    private static boolean fitsOne(String signatures, byte[] expected) {
        boolean fits = false;
        for (String signature : signatures.split(" ", -1)) {
            if (signature.startsWith(VERSION)) {
                fits |=
                        MessageDigest.isEqual(
                                expected, decoded(signature.substring(VERSION.length())));
            }
        }
        return fits;
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private byte[] mac(String id, long epochSecond, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((id + "." + epochSecond + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
