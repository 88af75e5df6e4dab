package dev.millrace.workers.chat;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** AWS's Signature Version 4 over host, date and body. Pure. */
final class SigV4 {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private SigV4() {}

    /**
     * An access key.
     *
     * @param token of a session, where the key is temporary
     */
    record Credentials(String id, String secret, Optional<String> token) {
        /** Reads {@code ID:SECRET} or {@code ID:SECRET:TOKEN}; empty for anything else. */
        static Optional<Credentials> of(String text) {
            String[] parts = text.strip().split(":", 3);
            return parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new Credentials(
                                    parts[0], parts[1], Arrays.stream(parts).skip(2).findFirst()));
        }

        @Override
        public String toString() {
            return "Credentials[" + id + "]";
        }
    }

    /** The headers that a signed request has to carry beside its {@code Host}. */
    static Map<String, String> headers(
            Credentials key,
            String region,
            String service,
            String method,
            URI url,
            byte[] body,
            Instant now) {
        String moment = MOMENT.format(now);
        Map<String, String> signed = new TreeMap<>();
        signed.put("host", url.getRawAuthority());
        signed.put("x-amz-date", moment);
        key.token().ifPresent(token -> signed.put("x-amz-security-token", token));
        String names = String.join(";", signed.keySet());
        String request =
                String.join(
                        "\n",
                        method,
                        path(url),
                        Optional.ofNullable(url.getRawQuery()).orElse(""),
                        signed.entrySet().stream()
                                .map(each -> each.getKey() + ":" + each.getValue() + "\n")
                                .collect(Collectors.joining()),
                        names,
                        sha256(body));
        String scope = moment.substring(0, 8) + "/" + region + "/" + service + "/aws4_request";
        String toSign = String.join("\n", ALGORITHM, moment, scope, sha256(utf8(request)));
        byte[] signing = utf8("AWS4" + key.secret());
        for (String part : scope.split("/")) {
            signing = hmac(signing, part);
        }
        String signature = HexFormat.of().formatHex(hmac(signing, toSign));
        Map<String, String> headers = new TreeMap<>(signed);
        headers.remove("host");
        headers.put(
                "Authorization",
                "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(ALGORITHM, key.id(), scope, names, signature));
        return headers;
    }

    /** Each segment is encoded once more than it travels. */
    private static String path(URI url) {
        String path = url.getRawPath();
        if (path == null || path.isEmpty()) {
            return "/";
        }
        return Arrays.stream(path.split("/", -1))
                .map(
                        segment ->
                                URLEncoder.encode(segment, StandardCharsets.UTF_8)
                                        .replace("+", "%20")
                                        .replace("*", "%2A")
                                        .replace("%7E", "~"))
                .collect(Collectors.joining("/"));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
