package dev.millrace.ingress;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Which parts of the service work now; it is ready when all do. Safe for any number of threads. */
public final class ServiceState {
    private final Map<Part, Condition> conditions = new EnumMap<>(Part.class);

    /** What the service needs to be of use. */
    public enum Part {
        CATALOG,
        BROKER,
        RECEIPTS,
        INTAKE,
        REPLIES
    }

    private record Condition(boolean up, String detail) {}

    public ServiceState() {
        for (Part part : Part.values()) {
            conditions.put(part, new Condition(false, "starting"));
        }
    }

    public synchronized void up(Part part, String detail) {
        conditions.put(part, new Condition(true, detail));
    }

    public synchronized void down(Part part, String detail) {
        conditions.put(part, new Condition(false, detail));
    }

    public synchronized boolean isUp(Part part) {
        Condition condition = conditions.get(part);
        return condition != null && condition.up();
    }

    public synchronized boolean isReady() {
        return conditions.values().stream().allMatch(Condition::up);
    }

    /** Each part's detail by its name in lower case. */
    public synchronized Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>();
        conditions.forEach(
                (part, condition) ->
                        details.put(
                                part.name().toLowerCase(Locale.ROOT),
                                (condition.up() ? "up: " : "down: ") + condition.detail()));
        return details;
    }
}
