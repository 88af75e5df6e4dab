package dev.millrace.stack.registry;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Apicurio Registry with its Confluent-compatible API, on loopback, in one H2 file.
 *
 * @param dataDirectory where the H2 file lies; it survives restarts
 * @param port the API's port, 1 to 65535
 * @param managementPort the port of health and metrics, 1 to 65535, another one
 */
public record RegistrySettings(Path dataDirectory, int port, int managementPort) {

    private static final String HOST = "127.0.0.1";

    public RegistrySettings {
        dataDirectory = dataDirectory.toAbsolutePath().normalize();
        requirePort("port", port);
        requirePort("managementPort", managementPort);
        if (port == managementPort) {
            throw new IllegalArgumentException(
                    "managementPort must differ from port, both are " + port);
        }
        if (dataDirectory.toString().contains(";")) {
            throw new IllegalArgumentException(
                    "dataDirectory must not contain ';', which ends a path in an H2 URL: "
                            + dataDirectory);
        }
    }

    /** What clients set as {@code schema.registry.url}. */
    public String url() {
        return "http://" + HOST + ":" + port + "/apis/ccompat/v7";
    }

    URI subjects() {
        return URI.create(url() + "/subjects");
    }

    /** The registry's configuration as system properties. */
    List<String> toOptions() {
        return List.of(
                "-Dquarkus.http.host=" + HOST,
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.management.host=" + HOST,
                "-Dquarkus.management.port=" + managementPort,
                // Each request would be a line of the log.
                "-Dquarkus.http.access-log.enabled=false",
                "-Dquarkus.log.category.\"io.apicurio\".level=WARN",
                "-Dquarkus.vertx.event-loops-pool-size=2",
                "-Dapicurio.rules.global.compatibility=BACKWARD",
                "-Dapicurio.datasource.url=" + h2Url(),
                "-Dapicurio.datasource.jdbc.initial-size=2",
                "-Dapicurio.datasource.jdbc.min-size=2",
                "-Dapicurio.datasource.jdbc.max-size=20");
    }

    /**
     * WRITE_DELAY=0 writes a commit before it is acknowledged. With H2's default of half a second,
     * a kill -9 loses schemas that clients already write with, and their ids are given out again.
     */
    private String h2Url() {
        return "jdbc:h2:file:" + dataDirectory.resolve("registry") + ";WRITE_DELAY=0";
    }

    private static void requirePort(String name, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(name + " must be 1 to 65535, was " + port);
        }
    }
}
