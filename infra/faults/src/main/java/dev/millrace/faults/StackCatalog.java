package dev.millrace.faults;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The catalog of the stack: ten tenants, and three lanes of which the last two have workers only
 * while a fault needs them.
 *
 * @param chatWorkers of the lane that all load goes to
 * @param flakyWorkers of the lane whose provider fails
 * @param guideWorkers of the lane whose engine can be made to abort
 */
record StackCatalog(
        URI chat, URI flaky, Path guideModel, int chatWorkers, int flakyWorkers, int guideWorkers) {
    static final String CHAT = "chat";
    static final String FLAKY = "flaky";
    static final String GUIDE = "guide";
    static final int USUAL_WORKERS = 2;
    static final int CHAT_SLOTS = 32;

    /** The busiest first. */
    static final List<String> TENANTS =
            IntStream.rangeClosed(1, 10).mapToObj(n -> "tenant-" + n).toList();

    static StackCatalog usual(URI chat, URI flaky, Path guideModel) {
        return new StackCatalog(chat, flaky, guideModel, USUAL_WORKERS, 0, 0);
    }

    StackCatalog withChatWorkers(int n) {
        return new StackCatalog(chat, flaky, guideModel, n, flakyWorkers, guideWorkers);
    }

    StackCatalog withFlakyWorkers(int n) {
        return new StackCatalog(chat, flaky, guideModel, chatWorkers, n, guideWorkers);
    }

    StackCatalog withGuideWorkers(int n) {
        return new StackCatalog(chat, flaky, guideModel, chatWorkers, flakyWorkers, n);
    }

    int workers(String lane) {
        return switch (lane) {
            case CHAT -> chatWorkers;
            case FLAKY -> flakyWorkers;
            default -> guideWorkers;
        };
    }

    String text() {
        String tenants =
                TENANTS.stream()
                        .map(
                                tenant ->
                                        "  - {name: %s, limits: {max_outstanding: 1000000}}\n"
                                                .formatted(tenant))
                        .collect(Collectors.joining());
        return "tenants:\n"
                + tenants
                + """
                lanes:
                  - name: chat
                    engine: {type: chat, base_url: "%1$s", model: stand-in}
                    partitions: 6
                    slots: %2$d
                    workers: %3$d
                    attempt_timeout: 1h
                  - name: flaky
                    engine: {type: chat, base_url: "%4$s", model: stand-in}
                    partitions: 2
                    slots: 256
                    workers: %5$d
                    attempt_timeout: 2s
                  - name: guide
                    engine: {type: llama, file: "%6$s", context_tokens: 4096}
                    partitions: 2
                    slots: 1
                    workers: %7$d
                    max_tokens: 64
                routes:
                  - {name: everything, lanes: [chat]}
                prices:
                  - {lane: chat, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 2500000, cached_input: 1250000, output: 10000000, request: 7}
                  - {lane: flaky, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 2500000, output: 10000000}
                  - {lane: guide, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 150000, output: 600000}
                """
                        .formatted(
                                chat,
                                CHAT_SLOTS,
                                chatWorkers,
                                flaky,
                                flakyWorkers,
                                guideModel,
                                guideWorkers);
    }
}
