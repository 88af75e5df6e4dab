package dev.millrace.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A tenant as the catalog file and the catalog topic write it. */
final class TenantShape {
    static final String SECRET_REF = "must be env:NAME or file:PATH, never the secret itself";

    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int MAX_LABEL = 100;
    private static final String EMPTY_KEY_HASH =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String HOW_TO_HASH =
            "a key never stands in the catalog; give its hash: sha256: followed by the output of"
                    + " printf %s \"$KEY\" | sha256sum";
    private static final Set<String> KEY_FIELDS = Set.of("sha256", "label");

    private TenantShape() {}

    static Optional<Tenant> read(Fields fields) {
        String name = Names.read(fields, "name");
        List<Tenant.ApiKey> keys = new ArrayList<>();
        for (Fields key : apiKeys(fields)) {
            apiKey(key).ifPresent(keys::add);
        }
        List<String> replies = fields.texts("replies");
        for (int i = 0; i < replies.size(); i++) {
            if (!replies.get(i).isEmpty() && !Names.isLegal(replies.get(i))) {
                fields.rejectItem("replies", i, Names.illegal(replies.get(i)));
            }
        }
        Optional<SecretRef> secret = secretRef(fields, "webhook_secret_ref");
        Tenant.Limits limits =
                fields.object("limits").map(TenantShape::limits).orElse(Tenant.Limits.DEFAULT);
        return fields.finish()
                ? Optional.of(new Tenant(name, keys, replies, secret, limits))
                : Optional.empty();
    }

    /** A reference to a secret, read without ever repeating what stands there. */
    static Optional<SecretRef> secretRef(Fields fields, String field) {
        Optional<String> text = fields.optionalText(field);
        if (text.isPresent() && !SecretRef.isLegal(text.get())) {
            fields.reject(field, SECRET_REF);
            return Optional.empty();
        }
        return text.map(SecretRef::new);
    }

    static List<Fields> apiKeys(Fields tenant) {
        return tenant.objects("api_keys", HOW_TO_HASH + "; found ");
    }

    private static Optional<Tenant.ApiKey> apiKey(Fields fields) {
        // whatever else stands here may be the key itself, as a value or even as a field's name
        if (!KEY_FIELDS.containsAll(fields.names())) {
            fields.rejectHere(HOW_TO_HASH);
            return Optional.empty();
        }
        String hash = fields.text("sha256");
        if (!hash.isEmpty() && !HASH.matcher(hash).matches()) {
            fields.reject("sha256", "is not a hash of 64 hex digits; " + HOW_TO_HASH);
        }
        if (hash.equalsIgnoreCase(EMPTY_KEY_HASH)) {
            fields.reject("sha256", "is the hash of an empty key; was the variable set?");
        }
        String label = fields.optionalText("label").orElse("");
        if (label.length() > MAX_LABEL) {
            fields.reject(
                    "label", "is longer than the limit of %d characters".formatted(MAX_LABEL));
        }
        return fields.finish()
                ? Optional.of(new Tenant.ApiKey(hash.toLowerCase(Locale.ROOT), label))
                : Optional.empty();
    }

    private static Tenant.Limits limits(Fields fields) {
        Tenant.Limits standard = Tenant.Limits.DEFAULT;
        Tenant.Limits limits =
                new Tenant.Limits(
                        fields.integer("max_prompt_bytes", standard.maxPromptBytes(), 1, 1_000_000),
                        fields.integer("max_tokens", standard.maxTokens(), 1, 1_000_000),
                        fields.integer("max_outstanding", standard.maxOutstanding(), 1, 10_000_000),
                        fields.duration(
                                "max_deadline",
                                standard.maxDeadline(),
                                Duration.ofSeconds(1),
                                Duration.ofDays(6)));
        fields.finish();
        return limits;
    }

    static Map<String, Object> write(Tenant tenant) {
        Map<String, Object> body = new TreeMap<>();
        body.put("name", tenant.name());
        body.put("api_keys", tenant.apiKeys().stream().map(TenantShape::write).toList());
        body.put("replies", tenant.replies());
        tenant.webhookSecret().ifPresent(ref -> body.put("webhook_secret_ref", ref.value()));
        Tenant.Limits limits = tenant.limits();
        Map<String, Object> written = new TreeMap<>();
        written.put("max_prompt_bytes", limits.maxPromptBytes());
        written.put("max_tokens", limits.maxTokens());
        written.put("max_outstanding", limits.maxOutstanding());
        written.put("max_deadline", DurationText.of(limits.maxDeadline()));
        body.put("limits", written);
        return body;
    }

    private static Map<String, Object> write(Tenant.ApiKey key) {
        Map<String, Object> body = new TreeMap<>();
        body.put("sha256", key.sha256());
        if (!key.label().isEmpty()) {
            body.put("label", key.label());
        }
        return body;
    }
}
