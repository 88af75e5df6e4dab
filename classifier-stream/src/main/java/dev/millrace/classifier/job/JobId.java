package dev.millrace.classifier.job;

/**
 * A job within its tenant: a record of one tenant never finds a job of another, whatever id it
 * names.
 */
public record JobId(String tenant, String id) {
    public JobId {
        if (tenant.isEmpty() || tenant.indexOf('/') >= 0) {
            throw new IllegalArgumentException("tenant=" + tenant + " is not a tenant's name");
        }
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a job id is never empty");
        }
    }

    /** {@code tenant/id}, as the stores are keyed. */
    public String key() {
        return tenant + "/" + id;
    }

    public static JobId fromKey(String key) {
        int slash = key.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("key=" + key + " is not tenant/id");
        }
        return new JobId(key.substring(0, slash), key.substring(slash + 1));
    }
}
