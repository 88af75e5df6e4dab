package dev.millrace.local.apply;

import dev.millrace.kit.Connection;
import dev.millrace.local.home.DemoTenants;
import dev.millrace.local.home.Home;
import dev.millrace.topics.TopicPlan;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeoutException;

/**
 * The catalog of a stack that has none yet: the demo's, with this stack's keys in it. A stack that
 * has one keeps it; only the address of the loopback model server follows its port.
 */
public final class FirstCatalog {
    /** How the error of a catalog that cannot be applied begins. */
    public static final String REFUSED = "the catalog cannot be applied:\n";

    private static final String TEMPLATE = "/demo-catalog.yaml";
    private final Home home;
    private final DemoTenants tenants;
    private final Clock clock;

    public FirstCatalog(Home home, DemoTenants tenants, Clock clock) {
        this.home = home;
        this.tenants = tenants;
        this.clock = clock;
    }

    /** Makes topics and catalog be there before any service starts. */
    public void ensure(Connection connection, String modelServerUrl, TopicPlan.Cluster cluster)
            throws InterruptedException, TimeoutException {
        Path file = home.catalogFile();
        Path address = home.run("model-server.url");
        try {
            if (!Files.exists(file)) {
                Files.writeString(file, tenants.catalog(template(), modelServerUrl));
            } else if (Files.exists(address) && !Files.readString(address).equals(modelServerUrl)) {
                Files.writeString(
                        file,
                        Files.readString(file).replace(Files.readString(address), modelServerUrl));
            }
            Files.writeString(address, modelServerUrl);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        CatalogApply.Outcome outcome = new CatalogApply(connection, cluster, clock).apply(file);
        if (outcome instanceof CatalogApply.Outcome.Refused refused) {
            throw new IllegalStateException(
                    REFUSED
                            + String.join(
                                    "\n",
                                    refused.problems().stream().map(Object::toString).toList()));
        }
    }

    private static String template() throws IOException {
        try (InputStream in = FirstCatalog.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IOException(TEMPLATE + " is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
