package dev.millrace.dispatcher.send;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.SecretRef;
import dev.millrace.catalog.Tenant;
import dev.millrace.kit.SecretSource;
import dev.millrace.kit.SecretSource.MissingSecretException;
import dev.millrace.kit.webhook.StandardWebhooks;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs with the tenant's secret as it is at this moment, so that a rotated file or a new catalog
 * needs no restart.
 */
public final class Signer {
    private static final Logger LOG = LoggerFactory.getLogger(Signer.class);
    private final Supplier<Catalog> catalog;
    private final SecretSource secrets;

    public Signer(Supplier<Catalog> catalog, SecretSource secrets) {
        this.catalog = catalog;
        this.secrets = secrets;
    }

    /**
     * A signer's key, or why there is none now: it may come, so the attempt counts as failed and
     * not as the last.
     */
    public sealed interface Key {
        record Found(StandardWebhooks webhooks) implements Key {}

        record Missing(String error) implements Key {}
    }

    public Key keyOf(String tenant) {
        Optional<SecretRef> reference = catalog.get().tenant(tenant).flatMap(Tenant::webhookSecret);
        if (reference.isEmpty()) {
            return new Key.Missing("no_webhook_secret");
        }
        try {
            return new Key.Found(StandardWebhooks.withSecret(secrets.resolve(reference.get())));
        } catch (MissingSecretException e) {
            LOG.warn("tenant={} webhook_secret=missing error={}", tenant, e.getMessage());
            return new Key.Missing("webhook_secret_missing");
        } catch (IllegalArgumentException e) {
            LOG.warn("tenant={} webhook_secret=malformed error={}", tenant, e.getMessage());
            return new Key.Missing("webhook_secret_malformed");
        }
    }
}
