package dev.millrace.ingress.check;

import dev.millrace.catalog.Tenant;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Where a job may ask for its answer to be sent. */
public final class Destinations {
    private static final int MAX_URL_LENGTH = 2048;

    /** The topic of this name carries receipts to this service's instances and is no tenant's. */
    private static final String RESERVED = "ingress";

    /** Whether this reply topic is the tenant's own: a job can name no other. */
    public static boolean owns(Tenant tenant, String reply) {
        return tenant.replies().contains(reply) && !reply.equals(RESERVED);
    }

    static Optional<JobError> reply(InferenceJob job, Tenant tenant) {
        return job.getReply()
                .filter(reply -> !owns(tenant, reply))
                .map(
                        reply ->
                                new JobError(
                                        "unknown_reply",
                                        "reply",
                                        tenant.replies().isEmpty()
                                                ? "none: the tenant has no reply topics"
                                                : String.join(", ", tenant.replies()),
                                        "the reply name is not one of the tenant's own"));
    }

    static Optional<JobError> callback(InferenceJob job, Tenant tenant) {
        Optional<Callback> callback = job.getCallback();
        if (callback.isEmpty()) {
            return Optional.empty();
        }
        if (!isLegal(callback.get().getUrl())) {
            return Optional.of(
                    new JobError(
                            "invalid_callback",
                            "callback.url",
                            "an http or https URL of at most "
                                    + MAX_URL_LENGTH
                                    + " characters, with a host and without user name or fragment",
                            "the callback is not such a URL"));
        }
        if (tenant.webhookSecret().isEmpty()) {
            return Optional.of(
                    new JobError(
                            "callback_unsigned",
                            "callback",
                            "no callback",
                            "the tenant has no webhook secret to sign callbacks with"));
        }
        return Optional.empty();
    }

    private static boolean isLegal(String text) {
        if (text.length() > MAX_URL_LENGTH) {
            return false;
        }
        try {
            URI url = new URI(text);
            boolean web =
                    "http".equalsIgnoreCase(url.getScheme())
                            || "https".equalsIgnoreCase(url.getScheme());
            return web
                    && url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private Destinations() {}
}
