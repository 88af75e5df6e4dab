package dev.millrace.catalog;

import dev.millrace.catalog.ChatServers.Balance;
import dev.millrace.catalog.ChatServers.Breaker;
import dev.millrace.catalog.ChatServers.Endpoint;
import dev.millrace.catalog.ChatServers.Health;
import dev.millrace.catalog.ChatServers.Keys;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A chat engine as the catalog file and the catalog topic write it. */
final class ChatShape {
    private static final int MAX_ENDPOINTS = 32;
    private static final int MAX_KEYS = 32;
    private static final int MAX_WEIGHT = 1_000;
    private static final Pattern PATH = Pattern.compile("/[!-~&&[^?#]]{0,199}");

    private ChatShape() {}

    static EngineSpec.Chat read(Fields engine, String model) {
        DialectShape.Read dialect = DialectShape.read(engine);
        List<Endpoint> endpoints = endpoints(engine, dialect.baseUrl());
        return new EngineSpec.Chat(
                endpoints,
                balance(engine),
                engine.object("health").map(ChatShape::health),
                breaker(engine, endpoints.size()),
                engine.optionalText("model").orElse(model),
                new Keys(keys(engine), rotateEvery(engine), KeyLimitsShape.read(engine)),
                engine.duration(
                        "connect_timeout",
                        Duration.ofSeconds(5),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1)),
                dialect.dialect());
    }

    // ------------------------------------------------------------------ servers

    /**
     * Either {@code base_url}, for a single one, or {@code endpoints}; neither where the provider
     * is always at the same place.
     */
    private static List<Endpoint> endpoints(Fields engine, Optional<String> standard) {
        engine.find("base_url");
        if (!engine.has("endpoints")) {
            engine.find("endpoints");
            boolean known = standard.isPresent() && !engine.has("base_url");
            return List.of(new Endpoint(known ? standard.get() : baseUrl(engine)));
        }
        if (engine.has("base_url")) {
            engine.reject("endpoints", "stands beside base_url; use one of them");
        }
        if (engine.isEmptyList("endpoints")) {
            engine.reject("endpoints", "must not be empty");
        }
        List<Endpoint> endpoints = new ArrayList<>();
        Set<String> urls = new HashSet<>();
        for (Fields item : engine.objects("endpoints")) {
            Endpoint endpoint = endpoint(item);
            if (!endpoint.baseUrl().isEmpty() && !urls.add(endpoint.baseUrl())) {
                item.reject("base_url", "is the same as that of another endpoint");
            }
            endpoints.add(endpoint);
        }
        if (endpoints.size() > MAX_ENDPOINTS) {
            engine.reject(
                    "endpoints",
                    "must be at most %d, are %d".formatted(MAX_ENDPOINTS, endpoints.size()));
        }
        return endpoints;
    }

    private static Endpoint endpoint(Fields fields) {
        Endpoint endpoint =
                new Endpoint(
                        baseUrl(fields), fields.integer("weight", 1, 1, MAX_WEIGHT), keys(fields));
        fields.finish();
        return endpoint;
    }

    private static String baseUrl(Fields fields) {
        String baseUrl = fields.text("base_url");
        if (!baseUrl.isEmpty()) {
            wrongUrl(baseUrl).ifPresent(message -> fields.reject("base_url", message));
        }
        return baseUrl;
    }

    /** A URL can carry a password or a key, so it is never repeated. */
    private static Optional<String> wrongUrl(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            return Optional.of("is not a URL such as http://127.0.0.1:1234/v1");
        }
        boolean http =
                "http".equalsIgnoreCase(url.getScheme())
                        || "https".equalsIgnoreCase(url.getScheme());
        if (!http || url.getHost() == null) {
            return Optional.of(
                    "must be an absolute http or https URL such as http://127.0.0.1:1234/v1");
        }
        if (url.getRawUserInfo() != null
                || url.getRawQuery() != null
                || url.getRawFragment() != null) {
            return Optional.of(
                    "must be without user, query and fragment; a key goes into api_key_ref");
        }
        return url.getPort() == 0 || url.getPort() > 65_535
                ? Optional.of("must have a port from 1 to 65535")
                : Optional.empty();
    }

    // ------------------------------------------------------------------ how they are used

    private static Balance balance(Fields engine) {
        Optional<String> word = engine.optionalText("balance");
        if (word.isEmpty()) {
            return Balance.ROUND_ROBIN;
        }
        List<String> words = Arrays.stream(Balance.values()).map(Balance::word).toList();
        int at = words.indexOf(word.get());
        if (at < 0) {
            engine.reject(
                    "balance",
                    "must be one of %s, is \"%s\"%s"
                            .formatted(
                                    String.join(", ", words),
                                    Nodes.shown(word.get()),
                                    Nearest.hint(word.get(), words)));
        }
        return Balance.values()[Math.max(0, at)];
    }

    private static Health health(Fields fields) {
        String path = fields.text("path");
        // not repeated: a query may carry a key
        if (!path.isEmpty() && !PATH.matcher(path).matches()) {
            fields.reject(
                    "path",
                    "must be a path such as /health: 1 to 200 characters from / on, without query and fragment");
        }
        Health health =
                new Health(
                        path,
                        fields.duration(
                                "interval",
                                Duration.ofSeconds(10),
                                Duration.ofMillis(100),
                                Duration.ofMinutes(10)),
                        fields.duration(
                                "timeout",
                                Duration.ofSeconds(2),
                                Duration.ofMillis(10),
                                Duration.ofMinutes(1)));
        fields.finish();
        return health;
    }

    private static Breaker breaker(Fields engine, int endpoints) {
        Breaker standard = Breaker.standard(endpoints);
        Optional<Fields> found = engine.object("breaker");
        if (found.isEmpty()) {
            return standard;
        }
        Fields fields = found.get();
        Breaker breaker =
                new Breaker(
                        fields.integer("failure_rate", standard.failureRate(), 1, 100),
                        fields.integer("calls", standard.calls(), 1, 1_000),
                        fields.duration(
                                "open_for",
                                standard.openFor(),
                                Duration.ofMillis(100),
                                Duration.ofMinutes(10)));
        fields.finish();
        return breaker;
    }

    // ------------------------------------------------------------------ keys

    /** Either {@code api_key_ref}, for a single one, or {@code api_key_refs}. */
    private static List<SecretRef> keys(Fields fields) {
        List<SecretRef> keys =
                new ArrayList<>(TenantShape.secretRef(fields, "api_key_ref").stream().toList());
        List<String> texts = fields.texts("api_key_refs");
        if (fields.has("api_key_refs") && fields.has("api_key_ref")) {
            fields.reject("api_key_refs", "stands beside api_key_ref; use one of them");
        }
        if (fields.isEmptyList("api_key_refs")) {
            fields.reject("api_key_refs", "must not be empty");
        }
        if (texts.size() > MAX_KEYS) {
            fields.reject(
                    "api_key_refs", "must be at most %d, are %d".formatted(MAX_KEYS, texts.size()));
        }
        for (int i = 0; i < texts.size(); i++) {
            int first = texts.indexOf(texts.get(i));
            if (SecretRef.isLegal(texts.get(i))) {
                keys.add(new SecretRef(texts.get(i)));
                if (first < i) {
                    fields.rejectItem("api_key_refs", i, "is the same as item " + first);
                }
            } else if (!texts.get(i).isEmpty()) {
                fields.rejectItem("api_key_refs", i, TenantShape.SECRET_REF);
            }
        }
        return keys;
    }

    private static Optional<Duration> rotateEvery(Fields engine) {
        Duration never = Duration.ZERO;
        return Optional.of(
                        engine.duration(
                                "rotate_every", never, Duration.ofSeconds(1), Duration.ofDays(30)))
                .filter(Duration::isPositive);
    }

    // ------------------------------------------------------------------ writing

    /** In the short form where it says the same: what older releases wrote, and can read. */
    static Map<String, Object> write(EngineSpec.Chat chat) {
        Map<String, Object> body = new TreeMap<>();
        List<Endpoint> endpoints = chat.endpoints();
        if (endpoints.equals(List.of(new Endpoint(endpoints.getFirst().baseUrl())))) {
            body.put("base_url", endpoints.getFirst().baseUrl());
        } else {
            body.put("endpoints", endpoints.stream().map(ChatShape::write).toList());
        }
        if (chat.balance() != Balance.ROUND_ROBIN) {
            body.put("balance", chat.balance().word());
        }
        chat.health().ifPresent(health -> body.put("health", write(health)));
        if (!chat.breaker().equals(Breaker.standard(endpoints.size()))) {
            body.put("breaker", write(chat.breaker()));
        }
        body.put("model", chat.model());
        DialectShape.write(body, chat.dialect());
        putKeys(body, chat.keys().refs());
        chat.keys()
                .rotateEvery()
                .ifPresent(every -> body.put("rotate_every", DurationText.of(every)));
        KeyLimitsShape.write(body, chat.keys().limits());
        body.put("connect_timeout", DurationText.of(chat.connectTimeout()));
        return body;
    }

    private static Map<String, Object> write(Endpoint endpoint) {
        Map<String, Object> body = new TreeMap<>();
        body.put("base_url", endpoint.baseUrl());
        body.put("weight", endpoint.weight());
        putKeys(body, endpoint.apiKeys());
        return body;
    }

    private static Map<String, Object> write(Health health) {
        Map<String, Object> body = new TreeMap<>();
        body.put("path", health.path());
        body.put("interval", DurationText.of(health.interval()));
        body.put("timeout", DurationText.of(health.timeout()));
        return body;
    }

    private static Map<String, Object> write(Breaker breaker) {
        Map<String, Object> body = new TreeMap<>();
        body.put("failure_rate", breaker.failureRate());
        body.put("calls", breaker.calls());
        body.put("open_for", DurationText.of(breaker.openFor()));
        return body;
    }

    private static void putKeys(Map<String, Object> body, List<SecretRef> refs) {
        if (refs.size() == 1) {
            body.put("api_key_ref", refs.getFirst().value());
        } else if (!refs.isEmpty()) {
            body.put("api_key_refs", refs.stream().map(SecretRef::value).toList());
        }
    }
}
