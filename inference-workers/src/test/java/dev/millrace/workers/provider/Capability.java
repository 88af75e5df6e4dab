package dev.millrace.workers.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.catalog.ChatServers.Dialect;
import dev.millrace.job.Messages;
import dev.millrace.v1.ContentPart;
import dev.millrace.v1.Message;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.v1.Tool;
import dev.millrace.workers.chat.ChatEngine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Completed;
import dev.millrace.workers.engine.EngineResult.Failed;
import dev.millrace.workers.engine.EngineResult.Stopped;
import dev.millrace.workers.engine.Extras;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import dev.millrace.workers.provider.wire.Asked;
import dev.millrace.workers.provider.wire.Loopback;
import dev.millrace.workers.provider.wire.Reply;
import dev.millrace.workers.provider.wire.Said;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a lane of a provider may be able to do. A probe asks for it: either the server was asked
 * right and the result holds it, or the job was refused for it; anything in between is a failure.
 */
enum Capability {
    STREAM("stream") {
        @Override
        boolean has(Served served) throws IOException {
            StringBuilder pieces = new StringBuilder();
            Said said = Said.text("one ", "two ", "three");
            try (Loopback server = new Loopback(asked -> served.wire().reply(asked, said));
                    ChatEngine engine = served.engine(server)) {
                EngineResult result =
                        engine.run(
                                prompt(true, Extras.NONE, Messages.user("Count")),
                                pieces::append,
                                new StopSignal());
                assertThat(result).isInstanceOf(Completed.class);
            }
            return pieces.toString().equals(said.text());
        }
    },
    CACHED("cached input") {
        @Override
        boolean has(Served served) throws IOException {
            return counted(served).spent().tokens().cachedInput() == Said.USED.read();
        }
    },
    WRITTEN("cache writes") {
        @Override
        boolean has(Served served) throws IOException {
            return counted(served).spent().tokens().cacheWrite() == Said.USED.written();
        }
    },
    REASONING("reasoning") {
        @Override
        boolean has(Served served) throws IOException {
            return counted(served).spent().tokens().reasoning() == Said.USED.reasoning();
        }
    },
    TOOLS("tools") {
        @Override
        boolean has(Served served) throws IOException {
            Said said = Said.calls(new Said.Called("call-1", "find", "{\"q\":\"mill\",\"n\":3}"));
            for (boolean stream : new boolean[] {false, true}) {
                Optional<Seen> seen =
                        probe(served, prompt(stream, tools("auto"), Messages.user("?")), said);
                if (seen.isEmpty()) {
                    return false;
                }
                JsonNode schema = served.wire().toolSchema(seen.get().asked().body());
                assertThat(schema.path("properties").path("q").path("type").asText())
                        .isEqualTo("string");
                assertThat(schema.path("required").path(0).asText()).isEqualTo("q");
                Completed done = seen.get().done();
                assertThat(done.finishReason()).isEqualTo("tool_calls");
                assertThat(done.toolCalls()).hasSize(1);
                assertThat(done.toolCalls().getFirst().getName()).isEqualTo("find");
                assertThat(done.toolCalls().getFirst().getId()).isNotBlank();
                assertThat(tree(done.toolCalls().getFirst().getArguments()))
                        .isEqualTo(tree("{\"q\":\"mill\",\"n\":3}"));
            }
            return true;
        }
    },
    SCHEMA("JSON schema") {
        @Override
        boolean has(Served served) throws IOException {
            Optional<Seen> seen =
                    probe(
                            served,
                            prompt(false, format("json_schema", SCHEMA_TEXT), Messages.user("?")),
                            Said.text("{\"q\":", "\"mill\"}"));
            seen.ifPresent(
                    each -> {
                        assertThat(served.wire().answerSchema(each.asked().body()))
                                .isEqualTo(tree(SCHEMA_TEXT));
                        assertThat(each.done().text()).isEqualTo("{\"q\":\"mill\"}");
                    });
            return seen.isPresent();
        }
    },
    JSON("JSON") {
        @Override
        boolean has(Served served) throws IOException {
            Optional<Seen> seen =
                    probe(
                            served,
                            prompt(false, format("json_object", null), Messages.user("?")),
                            Said.text("{}"));
            seen.ifPresent(
                    each ->
                            assertThat(served.wire().all(each.asked().body()))
                                    .containsAnyOf(
                                            "json_object",
                                            "application/json",
                                            "\"format\":\"json\""));
            return seen.isPresent();
        }
    },
    IMAGES("images") {
        @Override
        boolean has(Served served) throws IOException {
            return shows(served, "data:image/png;base64,iVBORw0KGgo=", "iVBORw0KGgo=");
        }
    },
    IMAGE_ADDRESSES("images by URL") {
        @Override
        boolean has(Served served) throws IOException {
            return shows(served, "https://example.com/a.png", "https://example.com/a.png");
        }
    },
    EMBEDDINGS("embeddings") {
        @Override
        boolean has(Served served) throws IOException {
            if (!Dialect.hasEmbeddings(served.provider())) {
                return false;
            }
            Extras extras =
                    new Extras(
                            List.of(),
                            Optional.empty(),
                            Optional.empty(),
                            List.of("one", "two", "three"),
                            Optional.empty());
            try (Loopback server =
                            new Loopback(asked -> Reply.json(200, served.wire().vectors(asked)));
                    ChatEngine engine = served.engine(server)) {
                EngineResult result =
                        engine.run(prompt(false, extras), piece -> {}, new StopSignal());
                if (refused(result)) {
                    return false;
                }
                assertThat(((Completed) result).embeddings())
                        .containsExactly(List.of(0f, 0.5f), List.of(1f, 0.5f), List.of(2f, 0.5f));
                assertThat(result.spent().tokens().input()).isPositive();
                return true;
            }
        }
    },
    CANCEL("cancel") {
        @Override
        boolean has(Served served) throws IOException {
            List<byte[]> frames = served.wire().frames(Said.text("one ", "two ", "three ", "four"));
            StopSignal stop = new StopSignal();
            try (Loopback server =
                            new Loopback(
                                    asked ->
                                            served.wire()
                                                    .reply(asked, Said.text(""))
                                                    .frames(frames.subList(0, frames.size() / 2))
                                                    .ends(Reply.End.SILENT));
                    ChatEngine engine = served.engine(server)) {
                EngineResult result =
                        engine.run(
                                prompt(true, Extras.NONE, Messages.user("Count")),
                                piece -> stop.stop(Reason.CANCELLED),
                                stop);
                assertThat(result).isInstanceOf(Stopped.class);
                assertThat(result.spent().tokens().output()).isPositive();
                return true;
            }
        }
    };

    private static final String SCHEMA_TEXT =
            "{\"type\":\"object\",\"properties\":{\"q\":{\"type\":\"string\",\"description\":\"what\"},"
                    + "\"n\":{\"type\":\"integer\"}},\"required\":[\"q\"],\"additionalProperties\":false}";

    private final String title;

    Capability(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    abstract boolean has(Served served) throws IOException;

    /** A request, and what came of it. */
    private record Seen(Asked asked, Completed done) {}

    /** Empty where the job was refused, and nobody was asked. */
    private static Optional<Seen> probe(Served served, Prompt prompt, Said said)
            throws IOException {
        try (Loopback server = new Loopback(asked -> served.wire().reply(asked, said));
                ChatEngine engine = served.engine(server)) {
            EngineResult result = engine.run(prompt, piece -> {}, new StopSignal());
            if (refused(result)) {
                assertThat(server.asked()).isEmpty();
                return Optional.empty();
            }
            assertThat(result).isInstanceOf(Completed.class);
            return Optional.of(new Seen(server.asked().getFirst(), (Completed) result));
        }
    }

    private static boolean refused(EngineResult result) {
        return result instanceof Failed failed && failed.code().equals("unsupported_by_lane");
    }

    private static Completed counted(Served served) throws IOException {
        return probe(served, prompt(false, Extras.NONE, Messages.user("?")), Said.text("hi"))
                .orElseThrow()
                .done();
    }

    private static boolean shows(Served served, String url, String inTheRequest)
            throws IOException {
        Message message =
                Message.newBuilder(Messages.user("What is this?"))
                        .setParts(
                                List.of(
                                        ContentPart.newBuilder()
                                                .setType(Messages.IMAGE)
                                                .setUrl(url)
                                                .build()))
                        .build();
        Consumer<Seen> check =
                seen ->
                        assertThat(served.wire().all(seen.asked().body()))
                                .contains(inTheRequest, "What is this?");
        Optional<Seen> seen =
                probe(served, prompt(false, Extras.NONE, message), Said.text("A mill"));
        seen.ifPresent(check);
        return seen.isPresent();
    }

    static Extras tools(String choice) {
        return new Extras(
                List.of(new Tool("find", "Finds it", SCHEMA_TEXT)),
                Optional.of(choice),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    private static Extras format(String type, @Nullable String schema) {
        return new Extras(
                List.of(),
                Optional.empty(),
                Optional.of(
                        ResponseFormat.newBuilder().setType(type).setJsonSchema(schema).build()),
                List.of(),
                Optional.empty());
    }

    static Prompt prompt(boolean stream, Extras extras, Message... messages) {
        return new Prompt(
                "job/1",
                List.of(messages),
                321,
                Optional.of(0.5),
                Optional.empty(),
                OptionalLong.of(7),
                List.of("END"),
                stream,
                extras);
    }

    static JsonNode tree(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
