package dev.millrace.catalog;

import dev.millrace.catalog.ChatServers.Dialect;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who a chat engine's provider is, and what is unusual about it, as the catalog writes it. */
final class DialectShape {
    private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+)+-\\d");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,63}");
    private static final String MAX_TOKENS = "max_tokens";
    private static final String COMPLETION_TOKENS = "max_completion_tokens";

    private DialectShape() {}

    /**
     * What was read.
     *
     * @param baseUrl where the provider is when nothing is said
     */
    record Read(Dialect dialect, Optional<String> baseUrl) {}

    static Read read(Fields engine) {
        Preset preset = preset(engine);
        Optional<String> region = region(engine, preset);
        Dialect standard = preset.dialect();
        Dialect dialect =
                new Dialect(
                        standard.provider(),
                        standard.format(),
                        standard.telemetryName(),
                        keyHeader(engine).orElse(standard.keyHeader()),
                        completionTokens(engine, preset),
                        region);
        return new Read(dialect, preset.baseUrl(region.orElse("")));
    }

    private static Preset preset(Fields engine) {
        Optional<String> word = engine.optionalText("provider");
        Optional<Preset> preset = word.flatMap(Preset::named);
        if (word.isPresent() && preset.isEmpty()) {
            engine.reject(
                    "provider",
                    "must be one of %s, is \"%s\"%s"
                            .formatted(
                                    String.join(", ", Preset.words()),
                                    Nodes.shown(word.get()),
                                    Nearest.hint(word.get(), Preset.words())));
        }
        return preset.orElse(Preset.OPENAI_COMPATIBLE);
    }

    private static Optional<String> region(Fields engine, Preset preset) {
        if (!preset.needsRegion()) {
            return Optional.empty();
        }
        String region = engine.text("region");
        if (!region.isEmpty() && !REGION.matcher(region).matches()) {
            engine.reject("region", "must be a region of AWS such as eu-central-1");
        }
        return Optional.of(region);
    }

    /** Not repeated: somebody may have put the key itself there. */
    private static Optional<String> keyHeader(Fields engine) {
        Optional<String> header = engine.optionalText("key_header");
        if (header.isPresent() && !HEADER.matcher(header.get()).matches()) {
            engine.reject("key_header", "must be the name of a header such as api-key");
        }
        return header;
    }

    private static Optional<Boolean> completionTokens(Fields engine, Preset preset) {
        Optional<String> field = engine.optionalText("max_tokens_field");
        List<String> words = List.of(MAX_TOKENS, COMPLETION_TOKENS);
        if (field.isPresent() && preset.format() != WireFormat.OPENAI) {
            engine.reject("max_tokens_field", "only servers that speak OpenAI's format have it");
        } else if (field.isPresent() && !words.contains(field.get())) {
            engine.reject(
                    "max_tokens_field",
                    "must be one of %s, is \"%s\"%s"
                            .formatted(
                                    String.join(", ", words),
                                    Nodes.shown(field.get()),
                                    Nearest.hint(field.get(), words)));
        }
        return field.map(COMPLETION_TOKENS::equals);
    }

    /** Only what is not as the provider's preset says. */
    static void write(Map<String, Object> body, Dialect dialect) {
        Dialect standard = Dialect.of(dialect.provider());
        if (!dialect.provider().equals(Dialect.OPENAI_COMPATIBLE.provider())) {
            body.put("provider", dialect.provider());
        }
        dialect.region().ifPresent(region -> body.put("region", region));
        if (!dialect.keyHeader().equals(standard.keyHeader())) {
            body.put("key_header", dialect.keyHeader());
        }
        dialect.completionTokens()
                .ifPresent(
                        completion ->
                                body.put(
                                        "max_tokens_field",
                                        completion ? COMPLETION_TOKENS : MAX_TOKENS));
    }
}
