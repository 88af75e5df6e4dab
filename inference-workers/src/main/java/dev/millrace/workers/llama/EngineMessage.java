package dev.millrace.workers.llama;

/** One message of a chat. */
public record EngineMessage(String role, String content) {

    public static EngineMessage user(String content) {
        return new EngineMessage("user", content);
    }
}
