package dev.millrace.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DispatcherSettingsTest {

    @Test
    void theDefaultsAreTheseAndNoWebhookGoesToThisMachine() {
        DispatcherSettings expected =
                new DispatcherSettings(
                        "",
                        8,
                        Duration.ofSeconds(1),
                        4,
                        Duration.ofHours(6),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        Duration.ofMinutes(2),
                        256,
                        8,
                        24 * 1024,
                        false,
                        Duration.ofDays(7),
                        6);

        assertThat(settings(Map.of())).isEqualTo(expected);
    }

    @Test
    void aLeaseMustOutlastAnAttempt() {
        assertThatThrownBy(
                        () ->
                                settings(
                                        Map.of(
                                                "dispatcher.lease",
                                                "40s",
                                                "dispatcher.attempt-timeout",
                                                "20s")))
                .hasStackTraceContaining("dispatcher.lease is at least");
    }

    @Test
    void fewerThanFiveAttemptsAreRefused() {
        assertThatThrownBy(() -> settings(Map.of("dispatcher.attempts", "4")))
                .hasStackTraceContaining("dispatcher.attempts is 5 to 100");
    }

    private static DispatcherSettings settings(Map<String, Object> changed) {
        Map<String, Object> properties = new HashMap<>(changed);
        properties.put("kafka.enabled", "false");
        try (ApplicationContext context =
                ApplicationContext.builder(properties).eagerInitSingletons(false).build()) {
            context.start();
            return context.getBean(DispatcherSettings.class);
        }
    }
}
