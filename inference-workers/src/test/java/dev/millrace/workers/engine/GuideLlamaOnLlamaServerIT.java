package dev.millrace.workers.engine;

class GuideLlamaOnLlamaServerIT extends LlamaServerContract {
    @Override
    String model() {
        return "guide-llama";
    }
}
