package dev.millrace.ingress.jobs;

import dev.millrace.ingress.check.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names of jobs: {@code <uuid>-<12 hex digits>}, where the digits are an HMAC of tenant and UUID
 * under the service's secret. So any instance knows without a database whether an id is one that
 * this tenant was given. To everybody else an id is opaque.
 */
public final class JobIds {
    public static final int LEAST_SECRET_BYTES = 16;
    private static final int MAC_BYTES = 6;
    private static final int UUID_LENGTH = 36;
    private static final Pattern SHAPE =
            Pattern.compile(
                    "[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-[0-9a-f]{12}");

    private final SecretKeySpec secret;
    private final Clock clock;
    private final RandomGenerator random;

    /**
     * @param secret the same for all instances of the service; at least 16 bytes
     */
    public JobIds(byte[] secret, Clock clock, RandomGenerator random) {
        if (secret.length < LEAST_SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "the secret of job ids has "
                            + secret.length
                            + " bytes, it needs "
                            + LEAST_SECRET_BYTES);
        }
        this.secret = new SecretKeySpec(secret, "HmacSHA256");
        this.clock = clock;
        this.random = random;
    }

    /** A new name that nobody can guess: UUIDv7, so that names sort by time. */
    public String fresh(String tenant) {
        long high = (clock.millis() << 16) | 0x7000L | (random.nextLong() & 0x0fffL);
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return sealed(tenant, new UUID(high, low));
    }

    /** The name of every job that this tenant sends with this idempotency key, by whichever way. */
    public String fromKey(String tenant, String idempotencyKey) {
        return sealed(tenant, derived("key", tenant, idempotencyKey));
    }

    /**
     * The name of a record without a key: a repeat of the same record is the same job.
     *
     * @param topicId the topic's unique id, because a topic that is deleted and made anew counts
     *     its offsets anew
     */
    public String fromCoordinates(String tenant, String topicId, int partition, long offset) {
        return sealed(
                tenant,
                derived(
                        "record",
                        tenant,
                        topicId,
                        Integer.toString(partition),
                        Long.toString(offset)));
    }

    /** The name of the job that replays a dead letter: replaying it again is the same job. */
    public String fromLetter(String tenant, String letter) {
        return sealed(tenant, derived("replay", tenant, letter));
    }

    /** Whether the text can be a job's name at all. */
    public static boolean isWellFormed(String jobId) {
        return SHAPE.matcher(jobId).matches();
    }

    /** Whether this service gave this id to this tenant. */
    public boolean issuedTo(String tenant, String jobId) {
        if (!isWellFormed(jobId)) {
            return false;
        }
        String expected = sealed(tenant, UUID.fromString(jobId.substring(0, UUID_LENGTH)));
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII),
                jobId.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * When a job without a key was named; empty for names derived from a key or from coordinates.
     */
    public static Optional<Instant> namedAt(String jobId) {
        if (!isWellFormed(jobId)) {
            return Optional.empty();
        }
        UUID uuid = UUID.fromString(jobId.substring(0, UUID_LENGTH));
        return uuid.version() == 7
                ? Optional.of(Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> 16))
                : Optional.empty();
    }

    private String sealed(String tenant, UUID uuid) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            byte[] code = mac.doFinal((tenant + "|" + uuid).getBytes(StandardCharsets.UTF_8));
            return uuid + "-" + HexFormat.of().formatHex(code, 0, MAC_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform has no HmacSHA256", e);
        }
    }

    /**
     * UUIDv8 from a hash; each part goes in with its length, so that no two lists of parts read
     * alike.
     */
    private static UUID derived(String... parts) {
        MessageDigest digest = Sha256.digest();
        Arrays.stream(parts)
                .map(part -> part.getBytes(StandardCharsets.UTF_8))
                .forEach(
                        bytes -> {
                            digest.update(
                                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
                            digest.update(bytes);
                        });
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        long high = (hash.getLong() & 0xffff_ffff_ffff_0fffL) | 0x8000L;
        long low = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
