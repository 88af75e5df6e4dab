package dev.millrace.ingress.openai;

import dev.millrace.ingress.check.Sha256;
import dev.millrace.v1.TokenChunk;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What of one answer has been sent on, so that all of it together is the result's output, letter
 * for letter. Pieces are best effort: where one is missing, nothing more is sent until the result,
 * which has the rest. Two attempts are never spliced. Of the text sent only its length and hash are
 * kept. Not safe for several threads.
 */
final class StreamedText {
    private final MessageDigest sent = Sha256.digest();
    private int length;
    private int attempt;
    private int next;
    private boolean gap;
    private boolean torn;

    /** What to do. */
    sealed interface Step {
        /** Send this; it is never empty. */
        record Send(String text) implements Step {}

        record Nothing() implements Step {}

        /** What was sent is not the beginning of the answer: the stream must end as failed. */
        record Torn() implements Step {}
    }

    private static final Step NOTHING = new Step.Nothing();
    private static final Step TORN = new Step.Torn();

    /** A piece has come. */
    Step piece(TokenChunk chunk) {
        if (torn || chunk.getAttempt() < attempt) {
            return NOTHING;
        }
        if (chunk.getAttempt() > attempt) {
            if (length > 0) {
                torn = true;
                return TORN;
            }
            attempt = chunk.getAttempt();
            next = 0;
            gap = false;
        }
        if (chunk.getSequence() < next) {
            return NOTHING;
        }
        gap |= chunk.getSequence() > next;
        next = chunk.getSequence() + 1;
        return gap ? NOTHING : send(chunk.getText());
    }

    /** The job has succeeded: what is left to send of its output. */
    Step rest(String output) {
        boolean begins =
                !torn
                        && output.length() >= length
                        && Arrays.equals(hash(output.substring(0, length)), copied());
        if (!begins) {
            torn = true;
            return TORN;
        }
        return send(output.substring(length));
    }

    private Step send(String text) {
        if (text.isEmpty()) {
            return NOTHING;
        }
        sent.update(text.getBytes(StandardCharsets.UTF_8));
        length += text.length();
        return new Step.Send(text);
    }

    private byte[] copied() {
        try {
            return ((MessageDigest) sent.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this Java platform's SHA-256 cannot be copied", e);
        }
    }

    private static byte[] hash(String text) {
        return Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
    }
}
