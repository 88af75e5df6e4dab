package dev.millrace.workers.chat;

import dev.langchain4j.http.client.HttpRequest;
import dev.millrace.catalog.ChatServers.Dialect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How a call shows its key. */
final class KeyStamp {
    /** Where LangChain4j's models put a key; theirs is none, and ours comes with each call. */
    private static final Set<String> PLACES =
            Set.of("authorization", "x-api-key", "api-key", "x-goog-api-key");

    private final Dialect dialect;
    private final Clock clock;

    KeyStamp(Dialect dialect, Clock clock) {
        this.dialect = dialect;
        this.clock = clock;
    }

    /** Whether a header is for a key, and so never the library's to set. */
    boolean isForKeys(String header) {
        String name = header.toLowerCase(Locale.ROOT);
        return PLACES.contains(name) || name.equals(dialect.keyHeader().toLowerCase(Locale.ROOT));
    }

    /** The headers that show a key. */
    Map<String, String> headers(HttpRequest request, String secret) {
        Optional<String> region = dialect.region();
        if (region.isPresent()) {
            Optional<SigV4.Credentials> credentials = SigV4.Credentials.of(secret);
            if (credentials.isPresent()) {
                return SigV4.headers(
                        credentials.get(),
                        region.get(),
                        "bedrock",
                        request.method().name(),
                        URI.create(request.url()),
                        request.body().getBytes(StandardCharsets.UTF_8),
                        clock.instant());
            }
        }
        return dialect.keyHeader().equalsIgnoreCase("Authorization")
                ? Map.of("Authorization", "Bearer " + secret)
                : Map.of(dialect.keyHeader(), secret);
    }
}
