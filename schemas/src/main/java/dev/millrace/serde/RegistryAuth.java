package dev.millrace.serde;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.JaasContext;

/**
 * What a request to the registry carries in its Authorization header. Never shows a secret as text.
 */
sealed interface RegistryAuth {

    /** The header's value for a request to {@code url}, or empty for none. */
    Optional<String> header(URI url);

    record Basic(String user, String password) implements RegistryAuth {
        @Override
        public Optional<String> header(URI url) {
            String pair = user + ":" + password;
            return Optional.of(
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public String toString() {
            return "basic user=" + user;
        }
    }

    record Bearer(String token) implements RegistryAuth {
        @Override
        public Optional<String> header(URI url) {
            return Optional.of("Bearer " + token);
        }

        @Override
        public String toString() {
            return "bearer";
        }
    }

    /** Each URL's own {@code user:password@}, where it has one. */
    record FromUrl() implements RegistryAuth {
        @Override
        public Optional<String> header(URI url) {
            return Optional.ofNullable(url.getUserInfo())
                    .flatMap(info -> basic(info, "schema.registry.url").header(url));
        }
    }

    static RegistryAuth from(Config config) {
        Optional<String> bearer = config.text("bearer.auth.credentials.source");
        if (bearer.isPresent()) {
            return bearer(bearer.get(), config);
        }
        String source = config.text("basic.auth.credentials.source").orElse("URL");
        return switch (source) {
            case "URL" -> new FromUrl();
            case "USER_INFO" ->
                    basic(
                            config.text("basic.auth.user.info")
                                    .orElseThrow(
                                            () ->
                                                    new ConfigException(
                                                            "basic.auth.credentials.source=USER_INFO needs"
                                                                    + " basic.auth.user.info=USER:PASSWORD")),
                            "basic.auth.user.info");
            case "SASL_INHERIT" -> fromSasl(config);
            default ->
                    throw new ConfigException(
                            "basic.auth.credentials.source",
                            source,
                            "must be USER_INFO, URL or SASL_INHERIT");
        };
    }

    private static RegistryAuth bearer(String source, Config config) {
        if (!source.equals("STATIC_TOKEN")) {
            throw new ConfigException(
                    "bearer.auth.credentials.source", source, "must be STATIC_TOKEN");
        }
        return new Bearer(
                config.text("bearer.auth.token")
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                "bearer.auth.credentials.source=STATIC_TOKEN needs"
                                                        + " bearer.auth.token")));
    }

    private static Basic basic(String info, String name) {
        int colon = info.indexOf(':');
        if (colon < 1) {
            throw new ConfigException(name + " must be USER:PASSWORD");
        }
        return new Basic(info.substring(0, colon), info.substring(colon + 1));
    }

    /** The user name and password with which the client signs in to the brokers. */
    private static RegistryAuth fromSasl(Config config) {
        var entries = JaasContext.loadClientContext(config.values()).configurationEntries();
        String user = JaasContext.configEntryOption(entries, "username", null);
        String password = JaasContext.configEntryOption(entries, "password", null);
        if (user == null || password == null) {
            throw new ConfigException(
                    "basic.auth.credentials.source=SASL_INHERIT needs a username and a password in"
                            + " sasl.jaas.config");
        }
        return new Basic(user, password);
    }
}
