package dev.millrace.serde;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * What a failure in a serializer or deserializer means. Consumers and Streams wrap it (in {@code
 * RecordDeserializationException}, which is itself a {@code SerializationException}), so the causes
 * decide, the most telling one first.
 */
public final class RegistryErrors {
    /** How many causes are looked at; wrappers are a handful deep. */
    private static final int MAX_CAUSES = 32;

    private static final Pattern ANSWER_CODE = Pattern.compile("error code: (\\d{3})(\\d{2})?$");

    public enum Kind {
        /** The registry cannot be asked now: wait and try the same record again. */
        OUTAGE,
        /**
         * The registry does not know the record's schema id: try again for a grace period, then it
         * is a bad record.
         */
        UNKNOWN_ID,
        /** The registry (or a broker) refuses the credentials: stop; no record is at fault. */
        UNAUTHORIZED,
        /** The bytes cannot be read, or the value cannot be written: it never will be. */
        BAD_RECORD,
        /** Not a serde's failure but a bug or a setting: no record is at fault. */
        OTHER
    }

    public static Kind kindOf(@Nullable Throwable failure) {
        Kind found = Kind.OTHER;
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            Kind kind = kindOfOne(at);
            if (kind != Kind.OTHER && kind != Kind.BAD_RECORD) {
                return kind;
            }
            if (kind == Kind.BAD_RECORD) {
                found = kind;
            }
            at = at.getCause();
        }
        return found;
    }

    public static boolean isOutage(@Nullable Throwable failure) {
        return kindOf(failure) == Kind.OUTAGE;
    }

    public static boolean isUnknownId(@Nullable Throwable failure) {
        return kindOf(failure) == Kind.UNKNOWN_ID;
    }

    public static boolean isUnauthorized(@Nullable Throwable failure) {
        return kindOf(failure) == Kind.UNAUTHORIZED;
    }

    public static boolean isBadRecord(@Nullable Throwable failure) {
        return kindOf(failure) == Kind.BAD_RECORD;
    }

    private static Kind kindOfOne(Throwable failure) {
        return switch (failure) {
            case UnknownSchemaIdException e -> Kind.UNKNOWN_ID;
            case RetriableException e -> Kind.OUTAGE;
            // a lookup that a shutdown cut short says nothing about the record
            case InterruptException e -> Kind.OUTAGE;
            case AuthorizationException e -> Kind.UNAUTHORIZED;
            case AuthenticationException e -> Kind.UNAUTHORIZED;
            // what another maker's serde leaves inside its SerializationException
            case SocketException e -> Kind.OUTAGE;
            case SocketTimeoutException e -> Kind.OUTAGE;
            case UnknownHostException e -> Kind.OUTAGE;
            case HttpTimeoutException e -> Kind.OUTAGE;
            // the consumer's wrapper is thrown for a bug in a deserializer too: its cause decides
            case RecordDeserializationException e when e.getCause() != null -> Kind.OTHER;
            case SerializationException e -> Kind.BAD_RECORD;
            default -> kindOfAnswer(failure);
        };
    }

    /**
     * Confluent's serdes put the registry's answer into a class that this module does not know,
     * with the registry's code at the end of its message: 40403, 401, 50001.
     */
    private static Kind kindOfAnswer(Throwable failure) {
        Matcher code = ANSWER_CODE.matcher(String.valueOf(failure.getMessage()));
        if (!failure.getClass().getSimpleName().equals("RestClientException") || !code.find()) {
            return Kind.OTHER;
        }
        return switch (code.group(1)) {
            case "404" -> Kind.UNKNOWN_ID;
            case "401", "403" -> Kind.UNAUTHORIZED;
            case "408", "429" -> Kind.OUTAGE;
            case String status when status.startsWith("5") -> Kind.OUTAGE;
            default -> Kind.BAD_RECORD;
        };
    }

    private RegistryErrors() {}
}
