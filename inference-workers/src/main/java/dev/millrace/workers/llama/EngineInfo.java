package dev.millrace.workers.llama;

/**
 * What a running engine says of itself.
 *
 * @param architecture of the model: {@code llama} or {@code mamba}
 * @param model the name in the model's file
 * @param contextTokens the most tokens that prompt and answer can have together
 * @param pid of the process
 */
public record EngineInfo(String architecture, String model, int contextTokens, long pid) {}
