package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Mistral's: like OpenAI's, but usage comes with the last piece and a call in one. */
public final class MistralWire extends OpenAiWire {

    @Override
    public List<byte[]> frames(Said said) {
        List<byte[]> frames = new ArrayList<>();
        ObjectNode role = chunk();
        delta(role).put("role", "assistant").put("content", "");
        frames.add(sse(role));
        for (String piece : said.pieces()) {
            ObjectNode chunk = chunk();
            delta(chunk).put("content", piece);
            frames.add(sse(chunk));
        }
        ObjectNode last = chunk();
        delta(last).put("content", "");
        for (int i = 0; i < said.calls().size(); i++) {
            Said.Called call = said.calls().get(i);
            ObjectNode each = delta(last).withArray("tool_calls").addObject();
            each.put("id", call.id()).put("index", i);
            each.putObject("function").put("name", call.name()).put("arguments", call.arguments());
        }
        choice(last).put("finish_reason", said.stop());
        said.used().ifPresent(used -> last.set("usage", usage(used)));
        frames.add(sse(last));
        frames.add(utf8("data: [DONE]\n\n"));
        return frames;
    }

    @Override
    ObjectNode usage(Said.Used used) {
        return object().put("prompt_tokens", used.input())
                .put("completion_tokens", used.output())
                .put("total_tokens", used.input() + used.output());
    }

    /** What is said is a list of parts. */
    @Override
    public String system(JsonNode body) {
        return body.at("/messages/0/content/0/text").asText(super.system(body));
    }

    @Override
    public String error(int status) {
        return "{\"object\":\"error\",\"message\":\"private words\",\"type\":\"some_error\",\"code\":\"E%d\"}"
                .formatted(status);
    }
}
