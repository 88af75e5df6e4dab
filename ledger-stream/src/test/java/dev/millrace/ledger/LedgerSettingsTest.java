package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerSettingsTest {

    @Test
    void theDefaultsAreThese() {
        assertThat(settings(Map.of("kafka.enabled", "false")))
                .isEqualTo(
                        new LedgerSettings(
                                Path.of("/tmp/millrace-ledger"),
                                Duration.ofDays(7),
                                Duration.ofSeconds(5),
                                500,
                                4));
    }

    @Test
    void contentIsNeverKeptBeyondSevenDays() {
        assertThatThrownBy(
                        () ->
                                new LedgerSettings(
                                        Path.of("/tmp"),
                                        Duration.ofDays(8),
                                        Duration.ofSeconds(5),
                                        500,
                                        4))
                .hasMessageContaining("ledger.content-retention");
    }

    private static LedgerSettings settings(Map<String, Object> properties) {
        try (ApplicationContext context =
                ApplicationContext.builder(properties).eagerInitSingletons(false).build()) {
            context.start();
            return context.getBean(LedgerSettings.class);
        }
    }
}
