package dev.millrace.workers.engine;

import dev.millrace.stack.model.ModelServer;
import dev.millrace.stack.model.ModelServerSettings;
import dev.millrace.workers.testing.ChatEngines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class ChatEngineContractTest extends EngineContract {
    private final List<ModelServer> servers = new ArrayList<>();

    @Override
    Engine engine() throws IOException {
        return engine(ModelServerSettings.quick());
    }

    @Override
    Engine slowEngine() throws IOException {
        return engine(
                ModelServerSettings.quick()
                        .withPace(Duration.ofMillis(200), Duration.ofSeconds(2)));
    }

    @Override
    String question() {
        return "What is 17 * 3?";
    }

    @AfterEach
    void stopServers() {
        servers.forEach(ModelServer::close);
    }

    private Engine engine(ModelServerSettings settings) throws IOException {
        ModelServer server = ModelServer.start(settings);
        servers.add(server);
        return ChatEngines.of(server.baseUrl());
    }
}
