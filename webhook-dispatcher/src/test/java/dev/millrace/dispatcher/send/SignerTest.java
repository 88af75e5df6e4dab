package dev.millrace.dispatcher.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.SecretRef;
import dev.millrace.catalog.Tenant;
import dev.millrace.kit.SecretSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignerTest {
    @TempDir private Path directory;

    @Test
    void aSecretThatComesLaterOrIsRotatedIsUsedFromThenOn() throws Exception {
        // Given
        Path file = directory.resolve("secret");
        Signer signer = signer("acme", Optional.of(new SecretRef("file:" + file)));
        assertThat(signer.keyOf("acme"))
                .isEqualTo(new Signer.Key.Missing("webhook_secret_missing"));

        // When
        Files.writeString(file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");

        // Then
        assertThat(signer.keyOf("acme")).isInstanceOf(Signer.Key.Found.class);
        Files.writeString(file, "whsec_#");
        assertThat(signer.keyOf("acme"))
                .isEqualTo(new Signer.Key.Missing("webhook_secret_malformed"));
    }

    @Test
    void noTenantSignsWithAnothersSecret() {
        Signer signer = signer("acme", Optional.of(new SecretRef("env:SECRET")));

        assertThat(signer.keyOf("acme")).isInstanceOf(Signer.Key.Found.class);
        assertThat(signer.keyOf("globex")).isEqualTo(new Signer.Key.Missing("no_webhook_secret"));
    }

    private static Signer signer(String tenant, Optional<SecretRef> secret) {
        Catalog catalog =
                new Catalog(
                        1,
                        List.of(
                                new Tenant(
                                        tenant,
                                        List.of(),
                                        List.of(),
                                        secret,
                                        Tenant.Limits.DEFAULT)),
                        List.of(),
                        List.of(),
                        List.of());
        return new Signer(() -> catalog, new SecretSource(Map.of("SECRET", "a secret")));
    }
}
