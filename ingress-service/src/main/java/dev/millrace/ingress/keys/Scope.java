package dev.millrace.ingress.keys;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a key may do. */
public enum Scope {
    /** Send jobs and cancel them. */
    SUBMIT,
    /** See jobs and their results. */
    READ,
    /** Make keys, list and revoke them. */
    ADMIN;

    public static final Set<Scope> ALL = Set.copyOf(EnumSet.allOf(Scope.class));

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Scope> named(String word) {
        return ALL.stream().filter(scope -> scope.word().equals(word)).findFirst();
    }

    /** The scope that a request needs. */
    public static Scope of(String method, String path) {
        if (path.equals("/v1/keys") || path.startsWith("/v1/keys/")) {
            return ADMIN;
        }
        return method.equals("GET") || method.equals("HEAD") ? READ : SUBMIT;
    }
}
