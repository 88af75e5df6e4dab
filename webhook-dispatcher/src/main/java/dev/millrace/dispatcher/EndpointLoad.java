package dev.millrace.dispatcher;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much this process has in flight for each endpoint, and so how much more an endpoint may have.
 * One whose last attempt had no good answer may have a single attempt at a time until one succeeds,
 * so that endpoints that hang cannot between them hold all places.
 */
final class EndpointLoad {
    private static final int REMEMBERED = 1_000;
    private final int perEndpoint;
    private final Map<String, Integer> inFlight = new HashMap<>();
    private final LinkedHashMap<String, Boolean> failing = new LinkedHashMap<>();

    EndpointLoad(int perEndpoint) {
        this.perEndpoint = perEndpoint;
    }

    synchronized void started(String endpoint) {
        inFlight.merge(endpoint, 1, Integer::sum);
    }

    synchronized void ended(String endpoint, boolean good) {
        inFlight.computeIfPresent(endpoint, (key, count) -> count == 1 ? null : count - 1);
        failing.remove(endpoint);
        if (!good) {
            failing.put(endpoint, true);
            if (failing.size() > REMEMBERED) {
                failing.remove(failing.firstEntry().getKey());
            }
        }
    }

    /** How many more each endpoint may have that may not have the usual number. */
    synchronized Map<String, Integer> room() {
        Map<String, Integer> room = new HashMap<>();
        failing.keySet().forEach(endpoint -> room.put(endpoint, 1));
        inFlight.forEach(
                (endpoint, count) ->
                        room.merge(
                                endpoint,
                                perEndpoint - count,
                                (limited, usual) -> limited - count));
        return room;
    }

    synchronized int inFlight() {
        return inFlight.values().stream().mapToInt(Integer::intValue).sum();
    }
}
