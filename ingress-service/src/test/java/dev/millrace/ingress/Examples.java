package dev.millrace.ingress;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.catalog.SecretRef;
import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.check.Sha256;
import dev.millrace.job.Messages;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A catalog of two tenants and two lanes, and a job that anybody would accept. */
public final class Examples {
    public static final String ACME_KEY = "acme-key-1";
    public static final String OTHER_KEY = "other-key-1";
    public static final Tenant ACME =
            new Tenant(
                    "acme",
                    List.of(new Tenant.ApiKey(Sha256.hex(ACME_KEY), "first")),
                    List.of("acme-inbox", "acme-audit"),
                    Optional.of(new SecretRef("env:ACME_WEBHOOK_SECRET")),
                    new Tenant.Limits(1_000, 256, 100, Duration.ofHours(2)));
    public static final Tenant OTHER =
            new Tenant(
                    "other",
                    List.of(new Tenant.ApiKey(Sha256.hex(OTHER_KEY), "first")),
                    List.of("other-inbox"),
                    Optional.empty(),
                    Tenant.Limits.DEFAULT);
    public static final Catalog CATALOG =
            new Catalog(
                    3,
                    List.of(ACME, OTHER),
                    List.of(
                            lane("guide-llama", List.of("llama"), 128),
                            lane("cloud", List.of(), 4096)),
                    List.of(),
                    List.of());

    public static InferenceJob job(String prompt) {
        return job().setMessages(List.of(message(prompt))).build();
    }

    /** A job's builder with one message. */
    public static InferenceJob.Builder job() {
        return InferenceJob.newBuilder().setMessages(List.of(message("What is a lane?")));
    }

    public static Message message(String content) {
        return Messages.of("user", content);
    }

    public static byte[] secret() {
        return "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    }

    private static Lane lane(String name, List<String> aliases, int maxTokens) {
        return new Lane(
                name,
                name,
                aliases,
                new EngineSpec.Echo(Duration.ZERO),
                1,
                1,
                1,
                maxTokens,
                Duration.ofSeconds(30),
                3,
                false);
    }

    private Examples() {}
}
