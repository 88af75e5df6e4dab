package dev.millrace.stack.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the loopback model server answers.
 *
 * @param port 0 for any free one
 * @param key the bearer key that callers must show; empty lets everybody in
 * @param models the names it answers to; empty answers to every name
 * @param firstToken time before the answer begins
 * @param perToken time that each output token takes
 * @param faultRates shares of requests, 0..1
 * @param seed of the faults
 * @param retryAfter what a rate limit asks for, whole seconds
 * @param hang how long a TIMEOUT or STALL keeps the connection open
 * @param maxConcurrent requests answered at once; more get a 429
 */
public record ModelServerSettings(
        String host,
        int port,
        Optional<String> key,
        List<String> models,
        Duration firstToken,
        Duration perToken,
        Map<Fault, Double> faultRates,
        long seed,
        Duration retryAfter,
        Duration hang,
        int maxConcurrent) {
    static final String USAGE =
            """
            usage: ModelServer [--port N] [--host 127.0.0.1] [--key-env NAME | --key-file PATH] [--model NAME]...
                               [--first-token-ms N] [--per-token-us N] [--fault WORD=RATE]... [--seed N]
                               [--retry-after-s N] [--hang-ms N] [--max-concurrent N]
            """;

    public ModelServerSettings {
        models = List.copyOf(models);
        faultRates = Map.copyOf(faultRates);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("--port=" + port + " is not 0..65535");
        }
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException(
                    "--max-concurrent=" + maxConcurrent + " must be at least 1");
        }
    }

    /** Loopback, any port, no key, any model, quick and without faults. */
    public static ModelServerSettings quick() {
        return new Reader(Map.of()).settings();
    }

    /**
     * Reads command line options.
     *
     * @throws IllegalArgumentException naming the option and what it allows
     */
    public static ModelServerSettings parse(
            List<String> arguments, Map<String, String> environment) {
        Reader reader = new Reader(environment);
        for (int i = 0; i < arguments.size(); i += 2) {
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(arguments.get(i) + " needs a value");
            }
            reader.option(arguments.get(i), arguments.get(i + 1));
        }
        return reader.settings();
    }

    public ModelServerSettings withKey(String secret) {
        return new ModelServerSettings(
                host,
                port,
                Optional.of(secret),
                models,
                firstToken,
                perToken,
                faultRates,
                seed,
                retryAfter,
                hang,
                maxConcurrent);
    }

    public ModelServerSettings withPace(Duration first, Duration each) {
        return new ModelServerSettings(
                host,
                port,
                key,
                models,
                first,
                each,
                faultRates,
                seed,
                retryAfter,
                hang,
                maxConcurrent);
    }

    public ModelServerSettings withFaults(Map<Fault, Double> rates, long faultSeed) {
        return new ModelServerSettings(
                host,
                port,
                key,
                models,
                firstToken,
                perToken,
                rates,
                faultSeed,
                retryAfter,
                hang,
                maxConcurrent);
    }

    public ModelServerSettings withModels(List<String> names) {
        return new ModelServerSettings(
                host,
                port,
                key,
                names,
                firstToken,
                perToken,
                faultRates,
                seed,
                retryAfter,
                hang,
                maxConcurrent);
    }

    /** Collects options over the defaults. */
    private static final class Reader {
        private final Map<String, String> environment;
        private String host = "127.0.0.1";
        private int port;
        private Optional<String> key = Optional.empty();
        private final List<String> models = new ArrayList<>();
        private Duration firstToken = Duration.ofMillis(5);
        private Duration perToken = Duration.ofNanos(200_000);
        private final Map<Fault, Double> faults = new EnumMap<>(Fault.class);
        private long seed = 1;
        private Duration retryAfter = Duration.ofSeconds(1);
        private Duration hang = Duration.ofSeconds(60);
        private int maxConcurrent = 256;

        Reader(Map<String, String> environment) {
            this.environment = environment;
        }

        void option(String name, String value) {
            switch (name) {
                case "--port" -> port = (int) number(name, value);
                case "--host" -> host = value;
                case "--key-env" -> key = Optional.of(fromEnvironment(value));
                case "--key-file" -> key = Optional.of(fromFile(Path.of(value)));
                case "--model" -> models.add(value);
                case "--first-token-ms" -> firstToken = Duration.ofMillis(number(name, value));
                case "--per-token-us" ->
                        perToken = Duration.ofNanos(Math.multiplyExact(number(name, value), 1_000));
                case "--fault" -> fault(value);
                case "--seed" -> seed = number(name, value);
                case "--retry-after-s" -> retryAfter = Duration.ofSeconds(number(name, value));
                case "--hang-ms" -> hang = Duration.ofMillis(number(name, value));
                case "--max-concurrent" -> maxConcurrent = (int) number(name, value);
                default -> throw new IllegalArgumentException(name + " is not an option");
            }
        }

        private void fault(String value) {
            String[] parts = value.split("=", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("--fault is WORD=RATE, like rate-limit=0.2");
            }
            try {
                faults.put(Fault.of(parts[0]), Double.valueOf(parts[1]));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "--fault " + value + ": the rate is not a number in 0..1", e);
            }
        }

        private String fromEnvironment(String name) {
            String value = environment.get(name);
            if (value == null || value.isBlank()) {
                throw new IllegalArgumentException(
                        "--key-env: environment variable " + name + " is not set");
            }
            return value.strip();
        }

        private static String fromFile(Path file) {
            try {
                return Files.readString(file).strip();
            } catch (IOException e) {
                throw new IllegalArgumentException("--key-file: " + file + " cannot be read", e);
            }
        }

        private static long number(String name, String value) {
            try {
                long number = Long.parseLong(value);
                if (number >= 0 && number <= Integer.MAX_VALUE) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        name + "=" + value + " is not a whole number", e);
            }
            throw new IllegalArgumentException(
                    name + "=" + value + " is not 0.." + Integer.MAX_VALUE);
        }

        ModelServerSettings settings() {
            return new ModelServerSettings(
                    host,
                    port,
                    key,
                    models,
                    firstToken,
                    perToken,
                    faults,
                    seed,
                    retryAfter,
                    hang,
                    maxConcurrent);
        }
    }
}
