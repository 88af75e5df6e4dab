package dev.millrace.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Random catalogs that hold every rule of the file. */
final class Catalogs {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final String ODD =
            "aZ09 :#-'\"\\{}[],&*!|>%@`~=?/.\u00E9\u00DF\uFEFF\u4E2D\uFFFE";

    private final Random random;

    private Catalogs(Random random) {
        this.random = random;
    }

    static Arbitrary<Catalog> any() {
        return Arbitraries.randomValue(random -> new Catalogs(random).catalog());
    }

    /** The file that says the same, as JSON, which is YAML. */
    static String file(Catalog catalog) {
        ObjectNode file = JSON.createObjectNode();
        for (String section : List.of("tenants", "lanes", "routes", "prices")) {
            file.putArray(section);
        }
        for (Entry entry : CatalogEntries.of(catalog)) {
            ObjectNode body = object(entry.canonicalJson());
            body.remove("position");
            file.withArray(entry.kind() + "s").add(body);
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(file);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Catalog catalog() {
        List<String> laneNames = names(1 + random.nextInt(4));
        List<String> tenantNames = names(random.nextInt(4));
        List<Lane> lanes = new ArrayList<>();
        List<Price> prices = new ArrayList<>();
        for (String name : laneNames) {
            lanes.add(lane(name));
            prices.addAll(prices(name));
        }
        List<Tenant> tenants = tenantNames.stream().map(this::tenant).toList();
        return new Catalog(0, tenants, lanes, routes(laneNames, tenantNames), prices);
    }

    private Tenant tenant(String name) {
        List<Tenant.ApiKey> keys = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            keys.add(new Tenant.ApiKey(hash(), chance() ? text(20) : ""));
        }
        return new Tenant(
                name,
                keys,
                names(random.nextInt(3)),
                secret(),
                new Tenant.Limits(
                        between(1, 1_000_000),
                        between(1, 1_000_000),
                        between(1, 10_000_000),
                        Duration.ofMillis(between(1000, 500_000_000))));
    }

    private Lane lane(String name) {
        EngineSpec engine =
                switch (random.nextInt(3)) {
                    case 0 ->
                            new EngineSpec.Llama(
                                    "m/" + text(30),
                                    between(16, 100_000),
                                    between(1, 64),
                                    chance()
                                            ? OptionalInt.of(between(16, 1_048_576))
                                            : OptionalInt.empty());
                    case 1 -> chat();
                    default -> new EngineSpec.Echo(Duration.ofMillis(between(0, 600_000)));
                };
        int mostTokens =
                engine instanceof EngineSpec.Llama llama ? llama.contextTokens() : 1_000_000;
        int mostSlots = engine instanceof EngineSpec.Llama llama ? 4 * llama.processes() : 1024;
        return new Lane(
                name,
                chance() ? name : text(30),
                aliases(),
                engine,
                between(1, 256),
                between(1, mostSlots),
                between(0, 64),
                between(1, mostTokens),
                Duration.ofMillis(between(10, 86_400_000)),
                between(1, 20),
                false);
    }

    private EngineSpec.Chat chat() {
        int endpoints = between(1, 3);
        return new EngineSpec.Chat(
                IntStream.range(0, endpoints)
                        .mapToObj(
                                i ->
                                        new ChatServers.Endpoint(
                                                "http://10.0.0."
                                                        + i
                                                        + ":"
                                                        + between(1, 65_535)
                                                        + "/v1",
                                                chance() ? 1 : between(1, 1_000),
                                                keys()))
                        .toList(),
                chance() ? ChatServers.Balance.ROUND_ROBIN : ChatServers.Balance.LEAST_LOADED,
                chance()
                        ? Optional.empty()
                        : Optional.of(
                                new ChatServers.Health(
                                        "/health",
                                        Duration.ofMillis(between(100, 600_000)),
                                        Duration.ofMillis(between(10, 60_000)))),
                chance()
                        ? ChatServers.Breaker.standard(endpoints)
                        : new ChatServers.Breaker(
                                between(1, 100),
                                between(1, 1_000),
                                Duration.ofMillis(between(100, 600_000))),
                text(30),
                new ChatServers.Keys(
                        keys(),
                        chance()
                                ? Optional.empty()
                                : Optional.of(Duration.ofMillis(between(1_000, 1_000_000)))),
                Duration.ofMillis(between(100, 60_000)));
    }

    private List<SecretRef> keys() {
        return IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> new SecretRef("env:KEY_" + i))
                .toList();
    }

    private List<Price> prices(String lane) {
        Set<Long> dates = new HashSet<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            dates.add(1_600_000_000_000L + random.nextLong(100_000_000_000L));
        }
        return dates.stream()
                .map(
                        millis ->
                                new Price(
                                        lane,
                                        Instant.ofEpochMilli(
                                                chance() ? millis : millis / 1000 * 1000),
                                        "EUR",
                                        rate(),
                                        rate(),
                                        rate(),
                                        rate(),
                                        rate()))
                .toList();
    }

    private List<Route> routes(List<String> lanes, List<String> tenants) {
        List<String> names = names(1 + random.nextInt(4));
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            boolean last = i == names.size() - 1;
            Set<String> hard = last ? Set.of() : Set.of("hard");
            Set<String> verticals = last ? Set.of() : some(Vocabulary.VERTICALS);
            Set<String> named = last ? Set.of() : some(tenants);
            List<String> targets = new ArrayList<>(some(lanes));
            if (targets.isEmpty()) {
                targets.add(lanes.getFirst());
            }
            routes.add(new Route(names.get(i), i, verticals, hard, named, targets));
        }
        return routes;
    }

    private List<String> aliases() {
        List<String> aliases = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            aliases.add("Vendor/" + Long.toHexString(random.nextLong()));
        }
        return aliases;
    }

    private Set<String> some(List<String> words) {
        Set<String> chosen = new HashSet<>();
        words.stream().filter(word -> chance()).forEach(chosen::add);
        return chosen;
    }

    private List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(Long.toString(random.nextLong(1L << 50), 36) + "-" + i);
        }
        return names;
    }

    private Optional<SecretRef> secret() {
        if (chance()) {
            return Optional.empty();
        }
        return Optional.of(new SecretRef(chance() ? "env:KEY_1" : "file:/" + text(30)));
    }

    private String text(int most) {
        StringBuilder text = new StringBuilder("x");
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append(ODD.charAt(random.nextInt(ODD.length())));
        }
        return text.append(chance() ? "\uD83D\uDE00" : "").toString();
    }

    private String hash() {
        StringBuilder hash = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            hash.append(Character.forDigit(random.nextInt(16), 16));
        }
        return hash.toString();
    }

    private long rate() {
        return random.nextLong(1_000_000_000_001L);
    }

    private int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    private boolean chance() {
        return random.nextBoolean();
    }
}
