package dev.millrace.serde;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * A client's configuration map, read by Confluent's names. As there, a name may carry the prefix
 * {@code schema.registry.}, which wins: it tells the registry's settings from the broker's.
 */
final class Config {
    static final String PREFIX = "schema.registry.";

    private final Map<String, ?> values;

    Config(Map<String, ?> values) {
        this.values = values;
    }

    Map<String, ?> values() {
        return values;
    }

    @Nullable Object raw(String name) {
        Object prefixed = values.get(PREFIX + name);
        return prefixed != null ? prefixed : values.get(name);
    }

    Optional<String> text(String name) {
        Object value = raw(name);
        String text =
                switch (value) {
                    case null -> "";
                    case Password password -> password.value();
                    case Class<?> type -> type.getName();
                    case List<?> list ->
                            list.stream().map(String::valueOf).collect(Collectors.joining(","));
                    default -> value.toString();
                };
        return text.isBlank() ? Optional.empty() : Optional.of(text.strip());
    }

    /** A comma-separated list without its empty parts. */
    List<String> list(String name) {
        return text(name).stream()
                .flatMap(text -> Stream.of(text.split(",")))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    boolean flag(String name, boolean otherwise) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        return switch (text.get().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigException(name, text.get(), "must be true or false");
        };
    }

    int integer(String name, int otherwise, int least) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        int value;
        try {
            value = Integer.parseInt(text.get());
        } catch (NumberFormatException e) {
            throw new ConfigException(name, text.get(), "must be a whole number");
        }
        if (value < least) {
            throw new ConfigException(name, value, "must be at least " + least);
        }
        return value;
    }

    Duration millis(String name, int otherwise, int least) {
        return Duration.ofMillis(integer(name, otherwise, least));
    }
}
