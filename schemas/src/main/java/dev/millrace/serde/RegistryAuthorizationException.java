package dev.millrace.serde;

import org.apache.kafka.common.errors.AuthorizationException;

/**
 * The registry answered 401 or 403. It is an {@link AuthorizationException}, as Kafka clients use
 * for a broker's refusal, and on purpose neither a {@code SerializationException} (the record is
 * not bad and must not become a dead letter) nor a {@code RetriableException} (trying again with
 * the same credentials cannot help): whoever sees it stops and says so.
 */
public final class RegistryAuthorizationException extends AuthorizationException {
    private static final long serialVersionUID = 1L;

    public RegistryAuthorizationException(String message) {
        super(message);
    }
}
