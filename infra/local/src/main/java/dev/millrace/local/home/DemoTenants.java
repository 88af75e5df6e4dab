package dev.millrace.local.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tenants of a fresh local stack: keys and webhook secrets are made here, for this stack alone.
 */
public final class DemoTenants {
    public static final List<String> NAMES = List.of("acme", "borealis", "cobalt");
    private static final int SECRET_BYTES = 32;

    private final Home home;
    private final SecureRandom random;

    public DemoTenants(Home home, SecureRandom random) {
        this.home = home;
        this.random = random;
    }

    /** Makes what is missing: each tenant's key and webhook secret, and the MAC key of job ids. */
    public void ensureSecrets() {
        for (String tenant : NAMES) {
            ensure("api-key-" + tenant, "mr_" + tenant + "_" + HexFormat.of().formatHex(bytes(24)));
            ensure(
                    "webhook-" + tenant,
                    "whsec_" + Base64.getEncoder().encodeToString(bytes(SECRET_BYTES)));
        }
        ensure("id-key", HexFormat.of().formatHex(bytes(SECRET_BYTES)));
        ensure("db-password", HexFormat.of().formatHex(bytes(24)));
    }

    /** The keys by tenant. */
    public Map<String, String> apiKeys() {
        Map<String, String> keys = new TreeMap<>();
        NAMES.forEach(tenant -> keys.put(tenant, read("api-key-" + tenant)));
        return keys;
    }

    /** The demo catalog with this stack's hashes and paths in it. */
    public String catalog(String template, String modelServerUrl) {
        String text = template.replace("@model_server@", modelServerUrl);
        for (String tenant : NAMES) {
            text =
                    text.replace(
                                    "@api_key_sha256." + tenant + "@",
                                    sha256(read("api-key-" + tenant)))
                            .replace(
                                    "@webhook_secret." + tenant + "@",
                                    home.secret("webhook-" + tenant).toString());
        }
        return text;
    }

    public String webhookSecret(String tenant) {
        return read("webhook-" + tenant);
    }

    private void ensure(String name, String value) {
        if (!Files.exists(home.secret(name))) {
            home.writeSecret(name, value);
        }
    }

    private String read(String name) {
        try {
            return Files.readString(home.secret(name)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + home.secret(name), e);
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
