package dev.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngressSettingsTest {

    @Test
    void theDefaultsAreThese() {
        try (ApplicationContext context = context(Map.of("millrace.ingress.instance", "one"))) {
            assertThat(context.getBean(IngressSettings.class))
                    .isEqualTo(
                            new IngressSettings(
                                    "one",
                                    -1,
                                    "/etc/millrace/id.key",
                                    1024 * 1024,
                                    16 * 1024 * 1024,
                                    Duration.ofMillis(250),
                                    10_000,
                                    Duration.ofMinutes(9),
                                    11_000,
                                    Duration.ofSeconds(10),
                                    Duration.ofSeconds(10),
                                    Duration.ofSeconds(60),
                                    8,
                                    5,
                                    Duration.ofSeconds(60),
                                    4));
        }
    }

    @Test
    void anInstanceWithoutANameHasItsHosts() {
        try (ApplicationContext context = context(Map.of())) {
            assertThat(context.getBean(IngressSettings.class).instance()).matches("[A-Za-z0-9.-]+");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "id-key-file, ' '",
        "reply-partition, -2",
        "max-body-bytes, 1023",
        "bodies-in-flight-bytes, 1048575",
        "receipt-patience, 0ms",
        "max-waiting, 0",
        "wait-limit, 0s",
        "max-waits, 0",
        "delivery-timeout, 999ms",
        "schema-window, 9s",
        "schema-halt, 1",
        "reply-attempts, 0",
        "topics-patience, 0s",
        "db-connections, 0",
    })
    void aWrongSettingIsNamed(String name, String value) {
        try (ApplicationContext context = context(Map.of("millrace.ingress." + name, value))) {
            assertThatThrownBy(() -> context.getBean(IngressSettings.class))
                    .rootCause()
                    .hasMessageStartingWith("millrace.ingress." + name + " ");
        }
    }

    private static ApplicationContext context(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("millrace.ingress.id-key-file", "/etc/millrace/id.key");
        all.put("kafka.enabled", "false");
        all.putAll(settings);
        return ApplicationContext.run(all);
    }
}
