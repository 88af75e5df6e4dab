package dev.millrace.serde;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigException;

/**
 * Where the registry is and how to ask it. Equal settings share one client.
 *
 * @param urls base URLs in the order in which they are tried; or one {@code mock://SCOPE}, a
 *     registry in this process's memory, for tests
 * @param cacheSize how many schemas, and ids, are remembered
 * @param latestTtl how long "the latest version" is believed; negative: for ever
 * @param tls Kafka's {@code ssl.*} settings, for the registry alone; empty: the platform's defaults
 */
record RegistrySettings(
        List<URI> urls,
        RegistryAuth auth,
        Duration connectTimeout,
        Duration readTimeout,
        int maxRetries,
        Duration retryWait,
        Duration retryMaxWait,
        int cacheSize,
        Duration latestTtl,
        Map<String, Object> tls) {
    static final String URL = "schema.registry.url";
    static final String IN_MEMORY = "mock";

    RegistrySettings {
        urls = List.copyOf(urls);
        tls = Map.copyOf(tls);
    }

    static RegistrySettings from(Map<String, ?> configuration) {
        Config config = new Config(configuration);
        List<URI> urls = urls(config);
        return new RegistrySettings(
                urls,
                RegistryAuth.from(config),
                config.millis("http.connect.timeout.ms", 5_000, 1),
                config.millis("http.read.timeout.ms", 10_000, 1),
                config.integer("max.retries", 3, 0),
                config.millis("retries.wait.ms", 100, 0),
                config.millis("retries.max.wait.ms", 1_000, 0),
                config.integer("max.schemas.per.subject", 1_000, 1),
                Duration.ofSeconds(config.integer("latest.cache.ttl.sec", -1, -1)),
                tls(configuration));
    }

    boolean inMemory() {
        return IN_MEMORY.equals(urls.getFirst().getScheme());
    }

    /** Without the secrets that URLs and TLS settings may hold. */
    @Override
    public String toString() {
        return "registry="
                + urls.stream().map(URI::getAuthority).map(RegistrySettings::host).toList();
    }

    private static String host(String authority) {
        return authority.substring(authority.indexOf('@') + 1);
    }

    private static List<URI> urls(Config config) {
        List<URI> urls = config.list(URL).stream().map(RegistrySettings::url).toList();
        if (urls.isEmpty()) {
            throw new ConfigException(URL + " is missing: the schema registry's base URL");
        }
        long inMemory = urls.stream().filter(url -> IN_MEMORY.equals(url.getScheme())).count();
        if (inMemory > 0 && urls.size() > 1) {
            throw new ConfigException(URL + " names " + IN_MEMORY + ":// beside another URL");
        }
        return urls;
    }

    private static URI url(String text) {
        URI url;
        try {
            url = URI.create(text.replaceAll("/+$", ""));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(URL + " has an entry that is not a URL");
        }
        String scheme = String.valueOf(url.getScheme());
        boolean legal =
                switch (scheme) {
                    case "http", "https" -> url.getHost() != null;
                    case IN_MEMORY -> true;
                    default -> false;
                };
        if (!legal) {
            // the entry itself is not shown: it may hold a password
            throw new ConfigException(
                    URL + " has an entry that is not http://HOST or https://HOST");
        }
        return url;
    }

    private static Map<String, Object> tls(Map<String, ?> configuration) {
        Map<String, Object> tls = new TreeMap<>();
        configuration.forEach(
                (name, value) -> {
                    if (name.startsWith(Config.PREFIX + "ssl.") && value != null) {
                        tls.put(name.substring(Config.PREFIX.length()), value);
                    }
                });
        return tls;
    }
}
