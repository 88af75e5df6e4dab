package dev.millrace.classifier;

import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import org.apache.kafka.common.utils.Utils;

/**
 * How many tokens a prompt will probably be: a quarter of its UTF-8 bytes, which is what byte-level
 * vocabularies come to on English text, and a few for each turn. The engine counts what is billed.
 */
final class TokenEstimate {
    private static final int BYTES_PER_TOKEN = 4;
    private static final int TOKENS_PER_MESSAGE = 4;

    static long ofPrompt(InferenceJob job) {
        long tokens = 0;
        for (Message message : job.getMessages()) {
            int bytes = Utils.utf8Length(message.getContent());
            tokens += (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN + TOKENS_PER_MESSAGE;
        }
        return tokens;
    }

    private TokenEstimate() {}
}
