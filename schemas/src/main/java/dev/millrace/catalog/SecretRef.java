package dev.millrace.catalog;

import java.util.regex.Pattern;

/**
 * Where a secret is found: {@code env:NAME} or {@code file:PATH}. The secret itself never stands in
 * the catalog.
 *
 * @param value the reference as written
 */
public record SecretRef(String value) {
    private static final Pattern LEGAL = Pattern.compile("env:[A-Za-z_][A-Za-z0-9_]*|file:.+");

    public SecretRef {
        if (!isLegal(value)) {
            throw new IllegalArgumentException(
                    "a secret reference is env:NAME or file:PATH, never the secret itself");
        }
    }

    public static boolean isLegal(String value) {
        return LEGAL.matcher(value).matches();
    }

    public boolean isEnvironment() {
        return value.startsWith("env:");
    }

    /** The environment variable's name or the file's path. */
    public String target() {
        return value.substring(value.indexOf(':') + 1);
    }
}
