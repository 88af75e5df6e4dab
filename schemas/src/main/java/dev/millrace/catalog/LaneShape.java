package dev.millrace.catalog;

import dev.millrace.catalog.ChatServers.Dialect;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A lane as the catalog file and the catalog topic write it. */
final class LaneShape {
    private static final Pattern ALIAS = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");
    private static final List<String> ENGINES = List.of("llama", "chat", "echo");
    private static final int MAX_TOKENS = 1_000_000;
    private static final int DEFAULT_MAX_TOKENS = 4096;

    private static final int DEFAULT_SLOTS = 4;
    private static final int MAX_LLAMA_PROCESSES = 64;

    /** A process answers one job at a time: more slots only let jobs wait in the worker. */
    private static final int MAX_SLOTS_PER_PROCESS = 4;

    private static final EngineSpec UNREADABLE = new EngineSpec.Echo(Duration.ZERO);

    private LaneShape() {}

    static Optional<Lane> read(Fields fields) {
        String name = Names.read(fields, "name");
        String model = fields.optionalText("model").orElse(name);
        EngineSpec engine = engineOf(fields, model);
        int maxTokens = fields.integer("max_tokens", defaultTokens(engine), 1, MAX_TOKENS);
        Lane lane =
                new Lane(
                        name,
                        model,
                        aliases(fields),
                        engine,
                        fields.integer("partitions", 12, 1, 256),
                        fields.integer("slots", defaultSlots(engine), 1, 1024),
                        fields.integer("workers", 1, 0, 64),
                        maxTokens,
                        fields.duration(
                                "attempt_timeout",
                                Duration.ofSeconds(60),
                                Duration.ofMillis(10),
                                Duration.ofHours(24)),
                        fields.integer("max_attempts", 3, 1, 20),
                        fields.flag("retired", false),
                        kind(fields));
        if (engine instanceof EngineSpec.Llama llama) {
            checkLlama(fields, lane, llama);
        }
        if (lane.serves() == JobKind.EMBEDDING
                && engine instanceof EngineSpec.Chat chat
                && !Dialect.hasEmbeddings(chat.dialect().provider())) {
            fields.reject("kind", chat.dialect().provider() + " has no embeddings");
        }
        if (lane.serves() == JobKind.EMBEDDING && !(engine instanceof EngineSpec.Chat)) {
            fields.reject("kind", "only a chat engine's servers make embeddings");
        }
        return fields.finish() ? Optional.of(lane) : Optional.empty();
    }

    private static List<String> aliases(Fields fields) {
        List<String> aliases = fields.texts("aliases");
        for (int i = 0; i < aliases.size(); i++) {
            if (!aliases.get(i).isEmpty() && !ALIAS.matcher(aliases.get(i)).matches()) {
                fields.rejectItem(
                        "aliases",
                        i,
                        "\"%s\" is no alias: 1 to 128 letters, digits and . _ : / -, starting with a letter or digit"
                                .formatted(Nodes.shown(aliases.get(i))));
            }
        }
        return aliases;
    }

    private static JobKind kind(Fields fields) {
        Optional<String> word = fields.optionalText("kind");
        Optional<JobKind> kind = word.flatMap(JobKind::named);
        if (word.isPresent() && kind.isEmpty()) {
            fields.reject(
                    "kind",
                    "must be one of %s, is \"%s\"%s"
                            .formatted(
                                    String.join(", ", JobKind.words()),
                                    Nodes.shown(word.get()),
                                    Nearest.hint(word.get(), JobKind.words())));
        }
        return kind.orElse(JobKind.CHAT);
    }

    /** An engine in full; or on the lane itself, where that names a provider. */
    private static EngineSpec engineOf(Fields fields, String model) {
        fields.find("provider");
        if (!fields.has("provider")) {
            return fields.required("engine") ? engine(fields, model) : UNREADABLE;
        }
        fields.find("engine");
        if (fields.has("engine")) {
            fields.reject("provider", "stands beside engine; use one of them");
        }
        return ChatShape.read(fields, model);
    }

    private static EngineSpec engine(Fields lane, String model) {
        Optional<Fields> found = lane.object("engine");
        if (found.isEmpty()) {
            return UNREADABLE;
        }
        Fields engine = found.get();
        String type = engine.text("type");
        EngineSpec spec =
                switch (type) {
                    case "llama" -> llama(engine);
                    case "chat" -> ChatShape.read(engine, model);
                    case "echo" ->
                            new EngineSpec.Echo(
                                    engine.duration(
                                            "delay",
                                            Duration.ZERO,
                                            Duration.ZERO,
                                            Duration.ofMinutes(10)));
                    default -> {
                        // which fields belong here depends on the type
                        engine.skipRest();
                        if (!type.isEmpty()) {
                            engine.reject(
                                    "type",
                                    "must be one of %s, is \"%s\"%s"
                                            .formatted(
                                                    String.join(", ", ENGINES),
                                                    Nodes.shown(type),
                                                    Nearest.hint(type, ENGINES)));
                        }
                        yield UNREADABLE;
                    }
                };
        engine.finish();
        return spec;
    }

    private static EngineSpec llama(Fields engine) {
        String file = engine.text("file");
        if (Arrays.asList(file.split("[/\\\\]", -1)).contains("..")) {
            engine.reject("file", "must not contain .. as a folder");
        }
        return new EngineSpec.Llama(
                file,
                engine.integer("context_tokens", 4096, 16, 1_048_576),
                engine.integer("processes", 1, 1, MAX_LLAMA_PROCESSES),
                memoryLimit(engine));
    }

    private static OptionalInt memoryLimit(Fields engine) {
        Optional<String> text = engine.optionalText("memory_limit");
        OptionalInt limit = text.map(MemoryText::parse).orElse(OptionalInt.empty());
        if (text.isPresent() && limit.isEmpty()) {
            engine.reject(
                    "memory_limit",
                    "expected from %s to %s, such as 768MiB or 4GiB, found \"%s\""
                            .formatted(
                                    MemoryText.of(MemoryText.LEAST_MIB),
                                    MemoryText.of(MemoryText.MOST_MIB),
                                    Nodes.shown(text.get())));
        }
        return limit;
    }

    private static void checkLlama(Fields fields, Lane lane, EngineSpec.Llama llama) {
        int mostSlots = llama.processes() * MAX_SLOTS_PER_PROCESS;
        if (lane.slots() > mostSlots) {
            fields.reject(
                    "slots",
                    "must be from 1 to %d on a llama engine with processes: %d, is %d; raise processes or workers instead"
                            .formatted(mostSlots, llama.processes(), lane.slots()));
        }
        if (lane.maxTokens() > llama.contextTokens()) {
            fields.reject(
                    "max_tokens",
                    "is %d, more than the engine's context_tokens %d, which hold prompt and answer together"
                            .formatted(lane.maxTokens(), llama.contextTokens()));
        }
    }

    private static int defaultTokens(EngineSpec engine) {
        return engine instanceof EngineSpec.Llama llama
                ? Math.min(DEFAULT_MAX_TOKENS, llama.contextTokens())
                : DEFAULT_MAX_TOKENS;
    }

    private static int defaultSlots(EngineSpec engine) {
        return engine instanceof EngineSpec.Llama llama ? llama.processes() : DEFAULT_SLOTS;
    }

    static Map<String, Object> write(Lane lane) {
        Map<String, Object> body = new TreeMap<>();
        body.put("name", lane.name());
        body.put("model", lane.model());
        body.put("aliases", lane.aliases());
        body.put("engine", write(lane.engine()));
        body.put("partitions", lane.partitions());
        body.put("slots", lane.slots());
        body.put("workers", lane.workers());
        body.put("max_tokens", lane.maxTokens());
        body.put("attempt_timeout", DurationText.of(lane.attemptTimeout()));
        body.put("max_attempts", lane.maxAttempts());
        body.put("retired", lane.retired());
        if (lane.serves() != JobKind.CHAT) {
            body.put("kind", lane.serves().word());
        }
        return body;
    }

    private static Map<String, Object> write(EngineSpec engine) {
        Map<String, Object> body = new TreeMap<>();
        body.put("type", engine.type());
        switch (engine) {
            case EngineSpec.Llama llama -> {
                body.put("file", llama.file());
                body.put("context_tokens", llama.contextTokens());
                body.put("processes", llama.processes());
                llama.memoryLimitMib()
                        .ifPresent(limit -> body.put("memory_limit", MemoryText.of(limit)));
            }
            case EngineSpec.Chat chat -> body.putAll(ChatShape.write(chat));
            case EngineSpec.Echo echo -> body.put("delay", DurationText.of(echo.delay()));
        }
        return body;
    }
}
