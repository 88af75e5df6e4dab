package dev.millrace.local.home;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.Map;
import java.util.Optional;

/**
 * {@code run/endpoints.json}: where a running stack is reached.
 *
 * @param registryUrl the base of the Confluent-compatible API
 * @param apiKeys the keys that were made for the demo tenants, by tenant
 */
public record Endpoints(
        String bootstrap,
        String registryUrl,
        String jdbcUrl,
        String dbUser,
        String dbPasswordFile,
        String ingressUrl,
        String dashboardUrl,
        Map<String, String> apiKeys) {

    /** How many brokers the stack has; each stands in {@code bootstrap}. */
    public int brokers() {
        return bootstrap.split(",", -1).length;
    }

    public static Optional<Endpoints> read(Home home) {
        return JsonFile.read(home.endpointsFile(), new TypeReference<>() {});
    }
}
