package dev.millrace.job;

import dev.millrace.v1.Succeeded;
import dev.millrace.v1.ToolCall;
import java.util.List;
import org.apache.kafka.common.utils.Utils;

/** What a model answered, as records carry it. */
public final class Answers {
    /** A length or two in front of each text. */
    private static final int FRAMING = 16;

    private Answers() {}

    /** An answer that is text and nothing else. */
    public static Succeeded of(String output, String finishReason) {
        return new Succeeded(output, finishReason, null, List.of());
    }

    /** Bytes that it takes in a record. */
    public static long bytes(Succeeded answer) {
        return bytes(
                answer.getOutput(),
                answer.getToolCalls().orElse(List.of()),
                answer.getEmbeddings());
    }

    private static long bytes(String text, List<ToolCall> calls, List<List<Float>> vectors) {
        long bytes = Utils.utf8Length(text);
        for (ToolCall call : calls) {
            bytes +=
                    FRAMING
                            + Utils.utf8Length(call.getId())
                            + Utils.utf8Length(call.getName())
                            + Utils.utf8Length(call.getArguments());
        }
        for (List<Float> vector : vectors) {
            bytes += FRAMING + (long) Float.BYTES * vector.size();
        }
        return bytes;
    }
}
