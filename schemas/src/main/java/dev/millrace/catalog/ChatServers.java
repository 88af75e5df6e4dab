package dev.millrace.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The chat completions servers of a lane: where they are, how they share the work, their keys. */
public final class ChatServers {
    private ChatServers() {}

    /**
     * One server.
     *
     * @param baseUrl up to and with {@code /v1}
     * @param weight its share of the work beside the others'
     * @param apiKeys its own keys; none where it takes the lane's
     */
    public record Endpoint(String baseUrl, int weight, List<SecretRef> apiKeys) {
        public Endpoint {
            apiKeys = List.copyOf(apiKeys);
        }

        public Endpoint(String baseUrl) {
            this(baseUrl, 1, List.of());
        }
    }

    /**
     * How the servers are spoken to.
     *
     * @param provider as the catalog names it
     * @param telemetryName as OpenTelemetry names it
     * @param keyHeader where a key is shown: after {@code Bearer} in {@code Authorization}, bare in
     *     any other
     * @param completionTokens whether it says {@code max_completion_tokens} and not {@code
     *     max_tokens}; empty where the address tells
     * @param region of AWS
     */
    public record Dialect(
            String provider,
            WireFormat format,
            String telemetryName,
            String keyHeader,
            Optional<Boolean> completionTokens,
            Optional<String> region) {
        /** Anything that speaks OpenAI's format. */
        public static final Dialect OPENAI_COMPATIBLE = Preset.OPENAI_COMPATIBLE.dialect();

        /** A provider as it is when nothing else is said about it. */
        public static Dialect of(String provider) {
            return Preset.named(provider).orElseThrow().dialect();
        }

        /** Whether a lane of the provider may serve embeddings. */
        public static boolean hasEmbeddings(String provider) {
            return Preset.named(provider).filter(Preset::hasEmbeddings).isPresent();
        }

        /** Likewise, in a region of AWS. */
        public Dialect in(String awsRegion) {
            return new Dialect(
                    provider,
                    format,
                    telemetryName,
                    keyHeader,
                    completionTokens,
                    Optional.of(awsRegion));
        }
    }

    /** Which of the servers that can take a job gets it. */
    public enum Balance {
        /** In turn, as often as their weights say. */
        ROUND_ROBIN("round_robin"),
        /** The one with the fewest calls under way for its weight. */
        LEAST_LOADED("least_loaded");

        private final String word;

        Balance(String word) {
            this.word = word;
        }

        /** As the catalog writes it. */
        public String word() {
            return word;
        }
    }

    /**
     * How servers are asked whether they are up.
     *
     * @param path on the server, from its root
     */
    public record Health(String path, Duration interval, Duration timeout) {}

    /**
     * When a server's circuit breaker opens.
     *
     * @param failureRate percent of the last calls
     * @param calls that are looked at; before as many have been made it stays closed
     * @param openFor before the first probe; each time that probes fail it doubles, up to a minute
     */
    public record Breaker(int failureRate, int calls, Duration openFor) {
        /**
         * With others beside it a server that fails half of its calls is better left alone; a lone
         * one is asked as long as anything comes back.
         */
        public static Breaker standard(int endpoints) {
            return new Breaker(endpoints > 1 ? 50 : 100, 20, Duration.ofSeconds(5));
        }
    }

    /**
     * How much each worker asks with one key in any minute and in any 24 hours; empty where there
     * is no limit.
     */
    public record KeyLimits(
            Optional<Long> callsPerMinute,
            Optional<Long> callsPerDay,
            Optional<Long> tokensPerMinute,
            Optional<Long> tokensPerDay) {
        public static final KeyLimits NONE =
                new KeyLimits(
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * The lane's keys, any of which opens every server that has none of its own.
     *
     * @param rotateEvery how long one key is used while the others rest; for ever where it is empty
     * @param limits of each of them, and of each that a server has of its own
     */
    public record Keys(List<SecretRef> refs, Optional<Duration> rotateEvery, KeyLimits limits) {
        public static final Keys NONE = new Keys(List.of(), Optional.empty());

        public Keys {
            refs = List.copyOf(refs);
        }

        /** Without limits. */
        public Keys(List<SecretRef> refs, Optional<Duration> rotateEvery) {
            this(refs, rotateEvery, KeyLimits.NONE);
        }
    }
}
