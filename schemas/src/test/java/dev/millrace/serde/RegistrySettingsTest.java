package dev.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class RegistrySettingsTest {
    private static final String URL = "http://registry:8081";
    private static final String BASIC = "Basic YWxpY2U6c2VzYW1l";

    @Test
    void theDefaultsAreThese() {
        RegistrySettings settings = RegistrySettings.from(Map.of("schema.registry.url", URL));

        assertThat(settings.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.readTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.maxRetries()).isEqualTo(3);
        assertThat(settings.cacheSize()).isEqualTo(1_000);
        assertThat(settings.latestTtl()).isNegative();
        assertThat(header(settings)).isEmpty();
    }

    @Test
    void severalUrlsAreTakenInTheirOrder() {
        RegistrySettings settings =
                RegistrySettings.from(
                        Map.of(
                                "schema.registry.url",
                                "http://a:1/ , https://b:2/apis/ccompat/v7,"));

        assertThat(settings.urls())
                .extracting(Object::toString)
                .containsExactly("http://a:1", "https://b:2/apis/ccompat/v7");
    }

    @Test
    void userInfoSignsRequests() {
        assertThat(
                        header(
                                "basic.auth.credentials.source",
                                "USER_INFO",
                                "basic.auth.user.info",
                                "alice:sesame"))
                .contains(BASIC);
    }

    @Test
    void thePrefixedNameAndAPasswordObjectSignRequests() {
        assertThat(
                        header(
                                "basic.auth.credentials.source",
                                "USER_INFO",
                                "schema.registry.basic.auth.user.info",
                                new Password("alice:sesame")))
                .contains(BASIC);
    }

    @Test
    void theUrlsOwnCredentialsSignRequests() {
        RegistrySettings settings =
                RegistrySettings.from(
                        Map.of("schema.registry.url", "http://alice:sesame@registry:8081"));

        assertThat(header(settings)).contains(BASIC);
    }

    @Test
    void theBrokersCredentialsSignRequests() {
        assertThat(
                        header(
                                "basic.auth.credentials.source",
                                "SASL_INHERIT",
                                "sasl.jaas.config",
                                new Password(
                                        "org.apache.kafka.common.security.plain.PlainLoginModule"
                                                + " required username=\"alice\""
                                                + " password=\"sesame\";")))
                .contains(BASIC);
    }

    @Test
    void aTokenSignsRequests() {
        assertThat(
                        header(
                                "bearer.auth.credentials.source",
                                "STATIC_TOKEN",
                                "bearer.auth.token",
                                "abc"))
                .contains("Bearer abc");
    }

    @Test
    void noSecretIsShown() {
        var inUrl =
                RegistrySettings.from(Map.of("schema.registry.url", "http://u:sesame@registry:1"));
        var basic =
                settings(
                        "basic.auth.credentials.source",
                        "USER_INFO",
                        "basic.auth.user.info",
                        "alice:sesame");
        var token =
                settings(
                        "bearer.auth.credentials.source",
                        "STATIC_TOKEN",
                        "bearer.auth.token",
                        "sesame");

        assertThat(List.of(inUrl, basic, token))
                .allSatisfy(settings -> assertThat(settings.toString()).doesNotContain("sesame"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "schema.registry.url | | schema.registry.url is missing",
                "schema.registry.url | ftp://x | is not http://HOST",
                "schema.registry.url | registry:8081 | is not http://HOST",
                "schema.registry.url | http://a b | is not a URL",
                "schema.registry.url | mock://a,http://b:1 | beside another URL",
                "basic.auth.credentials.source | LDAP | must be USER_INFO, URL or SASL_INHERIT",
                "basic.auth.credentials.source | USER_INFO | needs basic.auth.user.info",
                "bearer.auth.credentials.source | SASL_OAUTHBEARER_INHERIT | must be STATIC_TOKEN",
                "http.read.timeout.ms | soon | must be a whole number",
                "http.read.timeout.ms | 0 | must be at least 1",
                "max.schemas.per.subject | 0 | must be at least 1",
            })
    void aWrongSettingIsNamed(String name, String value, String message) {
        Map<String, Object> config = new HashMap<>(Map.of("schema.registry.url", URL));
        config.put(name, value);

        assertThatThrownBy(() -> RegistrySettings.from(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aPrivateCertificateAuthorityIsTrustedFromTheRegistrysOwnSettings(@TempDir Path folder)
            throws Exception {
        // Given
        Path store = selfSigned(folder);
        try (FakeRegistry registry = FakeRegistry.startWithTls(tls(store))) {
            int id = registry.put("a-value", "\"string\"");
            Map<String, Object> trusting =
                    Map.of(
                            "schema.registry.url",
                            registry.url(),
                            "schema.registry.ssl.truststore.location",
                            store.toString(),
                            "schema.registry.ssl.truststore.password",
                            "changeit",
                            "schema.registry.ssl.truststore.type",
                            "PKCS12");
            Map<String, Object> ignorant =
                    Map.of("schema.registry.url", registry.url(), "max.retries", 0);

            try (RegistryClient trusted = RegistryClient.of(trusting);
                    RegistryClient refused = RegistryClient.of(ignorant)) {
                // When / Then
                assertThat(trusted.schemaById(id).toString()).isEqualTo("\"string\"");
                assertThatThrownBy(() -> refused.schemaById(id))
                        .isInstanceOf(RegistryUnavailableException.class);
            }
        }
    }

    private static RegistrySettings settings(Object... more) {
        Map<String, Object> config = new HashMap<>(Map.of("schema.registry.url", URL));
        for (int i = 0; i < more.length; i += 2) {
            config.put((String) more[i], more[i + 1]);
        }
        return RegistrySettings.from(config);
    }

    private static Optional<String> header(Object... more) {
        return header(settings(more));
    }

    private static Optional<String> header(RegistrySettings settings) {
        return settings.auth().header(settings.urls().getFirst());
    }

    private static Path selfSigned(Path folder) throws IOException, InterruptedException {
        Path store = folder.resolve("registry.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "registry",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=127.0.0.1",
                                "-ext",
                                "san=ip:127.0.0.1",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                "changeit")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("keytool.log").toFile())
                        .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        return store;
    }

    private static SSLContext tls(Path store) {
        char[] password = "changeit".toCharArray();
        try (var in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, password);
            KeyManagerFactory managers =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
