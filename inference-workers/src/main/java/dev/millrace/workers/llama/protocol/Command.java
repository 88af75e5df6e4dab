package dev.millrace.workers.llama.protocol;

import dev.millrace.workers.llama.EngineRequest;

/** What a worker tells an engine. */
public sealed interface Command {

    /** Answer this; one at a time. */
    record Generate(EngineRequest request) implements Command {}

    /** Stop answering the request of this id, which may be over or yet to come. */
    record Cancel(String id) implements Command {}
}
