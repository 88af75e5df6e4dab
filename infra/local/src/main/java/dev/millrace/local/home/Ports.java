package dev.millrace.local.home;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.millrace.stack.FreePorts;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ports of one local stack: from {@code MILLRACE_PORT_BASE} on, another where one is taken, and
 * the same again at the next start where they are still free.
 */
public final class Ports {
    private static final int DEFAULT_BASE = 9400;
    private final Home home;
    private final FreePorts free;
    private final Map<String, Integer> chosen;
    private final int base;
    private final PortReservation reservation = new PortReservation();

    public Ports(Home home, Map<String, String> environment, FreePorts free) {
        this.home = home;
        this.free = free;
        this.chosen =
                new TreeMap<>(
                        JsonFile.read(
                                        home.run("ports.json"),
                                        new TypeReference<Map<String, Integer>>() {})
                                .orElse(Map.of()));
        this.base = base(environment.get("MILLRACE_PORT_BASE"));
    }

    /** The port of one server; stable over restarts unless somebody else took it. */
    public synchronized int of(String name) {
        int preferred = chosen.getOrDefault(name, base + Math.floorMod(order(name), 500));
        int port = free.preferring(preferred);
        while (!reservation.take(port)) {
            port = free.any();
        }
        chosen.put(name, port);
        JsonFile.write(home.run("ports.json"), chosen);
        return port;
    }

    /**
     * @throws IllegalArgumentException where {@code MILLRACE_PORT_BASE} is no port
     */
    public static void requireValidBase(Map<String, String> environment) {
        int valid = base(environment.get("MILLRACE_PORT_BASE"));
        assert valid > 0;
    }

    private int order(String name) {
        return switch (name) {
            case "broker" -> 0;
            case "controller" -> 1;
            case "registry" -> 2;
            case "registry-management" -> 3;
            case "postgres" -> 4;
            case "ingress" -> 5;
            case "ledger" -> 6;
            default -> 10 + chosen.size();
        };
    }

    private static int base(@org.jspecify.annotations.Nullable String text) {
        if (text == null || text.isBlank()) {
            return DEFAULT_BASE;
        }
        if (!text.matches("[0-9]{4,5}")
                || Integer.parseInt(text) > 65_000
                || Integer.parseInt(text) < 1024) {
            throw new IllegalArgumentException(
                    "MILLRACE_PORT_BASE=" + text + " is not a port from 1024 to 65000");
        }
        return Integer.parseInt(text);
    }
}
