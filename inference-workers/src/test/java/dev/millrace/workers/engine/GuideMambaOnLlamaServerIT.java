package dev.millrace.workers.engine;

class GuideMambaOnLlamaServerIT extends LlamaServerContract {
    @Override
    String model() {
        return "guide-mamba";
    }
}
