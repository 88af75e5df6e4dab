package dev.millrace.ingress.keys;

import java.util.List;
import java.util.Optional;

/** Where keys are kept. Every method may throw {@link UnavailableException}. */
public interface IssuedKeys {
    /** So that a tenant can change from one to the next without a gap, and forgets none. */
    int MOST_LIVE = 2;

    /** Keeps a key; false where the tenant has as many live ones as it may. */
    boolean add(IssuedKey key, String sha256);

    /** All keys of a tenant, newest first, revoked ones too. */
    List<IssuedKey> list(String tenant);

    /** False where the tenant has no such live key. */
    boolean revoke(String tenant, String id);

    /** The live key of this hash, which is noted as used now. */
    Optional<IssuedKey> use(String sha256);

    /** The database cannot be asked now. */
    final class UnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public UnavailableException(Throwable cause) {
            super("the keys cannot be read now", cause);
        }
    }
}
