package dev.millrace.workers.provider;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;

/** What a call tells of its answer. */
public interface Answer extends StreamingChatResponseHandler {

    /** It came in one piece, so that it is complete whatever it says of its end. */
    void whole(ChatResponse response);
}
