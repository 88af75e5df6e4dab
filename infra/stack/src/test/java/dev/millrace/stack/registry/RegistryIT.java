package dev.millrace.stack.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stack.AotCache;
import dev.millrace.stack.FreePorts;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.Launcher;
import dev.millrace.stack.RunningProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class RegistryIT {

    private static final String FIRST = schema("");
    private static final String COMPATIBLE =
            schema(",{\\\"name\\\":\\\"b\\\",\\\"type\\\":\\\"int\\\",\\\"default\\\":0}");
    private static final String INCOMPATIBLE =
            schema(",{\\\"name\\\":\\\"c\\\",\\\"type\\\":\\\"int\\\"}");

    @TempDir Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private RegistryProcess spec;
    private RunningProcess registry;

    @BeforeEach
    void start() throws Exception {
        var ports = new FreePorts();
        spec =
                new RegistryProcess(
                        new RegistrySettings(directory.resolve("data"), ports.any(), ports.any()),
                        RegistryHome.find(),
                        JavaHome.resolve(),
                        AotCache.off(),
                        directory.resolve("registry.log"));
        registry = Launcher.start(spec).awaitReady();
    }

    @AfterEach
    void stop() throws Exception {
        registry.kill();
        http.close();
    }

    @Test
    void aSchemaThatWasJustRegisteredSurvivesAKill() throws Exception {
        // Given
        assertThat(get("/config").body()).contains("BACKWARD");
        var registered = register(FIRST);
        assertThat(registered.body()).isEqualTo("{\"id\":1}");

        // When killed at once, before anything could be written in the background
        registry.kill();
        registry = Launcher.start(spec).awaitReady();

        // Then
        assertThat(get("/subjects").body()).isEqualTo("[\"records-value\"]");
        assertThat(get("/schemas/ids/1").body()).contains("Record");
        assertThat(register(FIRST).body()).isEqualTo("{\"id\":1}");
        assertThat(register(INCOMPATIBLE).statusCode()).isEqualTo(409);
        assertThat(register(COMPATIBLE).statusCode()).isEqualTo(200);

        // When
        boolean stopped = registry.stop();

        // Then
        assertThat(stopped).isTrue();
    }

    private static String schema(String moreFields) {
        return "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Record\\\",\\\"fields\\\":["
                + "{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"string\\\"}"
                + moreFields
                + "]}\"}";
    }

    private HttpResponse<String> register(String schema) throws IOException, InterruptedException {
        return http.send(
                request("/subjects/records-value/versions")
                        .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                        .POST(BodyPublishers.ofString(schema))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(spec.url() + path))
                .timeout(Duration.ofSeconds(20));
    }
}
