package dev.millrace.workers.llama.protocol;

import dev.millrace.workers.llama.EngineInfo;
import dev.millrace.workers.llama.EngineReply;

/** What an engine tells its worker. */
public sealed interface Event {

    /** Comes first, once: requests are welcome. */
    record Ready(EngineInfo info) implements Event {}

    /** Comes instead of {@link Ready}, and the process ends: what is wrong and what to do. */
    record NotStarted(String detail) implements Event {}

    /** A further piece of the answer to a request. */
    record Text(String id, String text) implements Event {}

    /** Comes once for each request. */
    record Done(String id, EngineReply reply) implements Event {}
}
