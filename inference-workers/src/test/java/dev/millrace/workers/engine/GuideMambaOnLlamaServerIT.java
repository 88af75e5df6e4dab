package dev.millrace.workers.engine;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = RealLlamaServer.PROPERTY, matches = ".+")
class GuideMambaOnLlamaServerIT extends LlamaServerContract {
    @Override
    String model() {
        return "guide-mamba";
    }
}
