package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kit.Connection;
import dev.millrace.stack.testing.PackagedService;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service, packaged, from {@code millrace.results} to the tables. */
class LedgerServiceIT {
    private static final LedgerStack STACK = LedgerStack.shared();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int JOBS = 400;

    @TempDir private Path directory;
    private final String tenant = "t-" + UUID.randomUUID();

    @Test
    void everyResultIsChargedOnceHoweverOftenTheServiceDies() throws Exception {
        STACK.apply(Examples.catalog(1));
        try (PackagedService service = service()) {
            // When
            for (int i = 0; i < JOBS; i++) {
                STACK.send(Topics.RESULTS, tenant, result(i));
                if (i == JOBS / 3 || i == 2 * JOBS / 3) {
                    service.killAndRestart();
                }
            }
            STACK.sendBytes(
                    Topics.RESULTS.name(), tenant, "poison".getBytes(StandardCharsets.UTF_8));
            STACK.send(Topics.RESULTS, tenant, unpriced());

            // Then
            awaitCount("select count(*) from ledger.usage_event where tenant = :tenant", JOBS + 1);
            awaitCount("select count(*) from jobs.job where tenant = :tenant", JOBS + 1);
            long succeeded = JOBS - JOBS / 4;
            assertThat(
                            STACK.count(
                                    "select sum(cost_micros) from ledger.usage_event where tenant = :tenant",
                                    tenant))
                    .isEqualTo(succeeded * 420);
            assertThat(
                            STACK.count(
                                    "select cost_micros from ledger.tenant_daily where tenant = :tenant",
                                    tenant))
                    .isEqualTo(succeeded * 420);
            assertThat(
                            STACK.count(
                                    "select succeeded from ledger.tenant_daily where tenant = :tenant",
                                    tenant))
                    .isEqualTo(succeeded + 1);
            assertThat(
                            STACK.count(
                                    "select count(*) from ledger.unpriced where tenant = :tenant",
                                    tenant))
                    .isEqualTo(1);
            assertThat(usageEvents()).hasSize(JOBS + 1).doesNotHaveDuplicates();
            assertThat(STACK.read(Topics.DEAD_LETTERS))
                    .filteredOn(
                            letter ->
                                    new String(letter.value(), StandardCharsets.UTF_8)
                                            .equals("poison"))
                    .hasSize(1);
            assertThat(service.awaitReady().get("/prometheus").body())
                    .contains("millrace_ledger_rows");
            assertThat(service.stopsWithin(Duration.ofSeconds(10))).isTrue();
            assertThat(service.log()).as("no default of a library").doesNotContain(":9092");
        }
    }

    @Test
    void aPriceOfANewCatalogVersionIsListedAndAppliedWithoutARestart() throws Exception {
        STACK.apply(Examples.catalog(1));
        try (PackagedService service = service()) {
            // When the result is there before the version that its decision names
            STACK.send(
                    Topics.RESULTS,
                    tenant,
                    Examples.result(tenant + "-early", ResultStatus.SUCCEEDED)
                            .setTenant(tenant)
                            .setDecision(Examples.decision(2))
                            .build());
            STACK.apply(Examples.catalog(2));

            // Then
            awaitCount(
                    "select coalesce(sum(cost_micros), 0) from ledger.usage_event where tenant = :tenant",
                    420);
            awaitCount(
                    "select count(*) from ledger.price where lane = 'cloud' and :tenant is not null",
                    2);
            assertThat(service.get("/health/readiness").statusCode()).isEqualTo(200);
        }
    }

    private PackagedService service() throws Exception {
        Map<String, String> environment = STACK.environment();
        environment.put("MILLRACE_STATE_DIR", directory.resolve("state").toString());
        return PackagedService.start("ledger-stream", LedgerApplication.class, environment)
                .awaitReady();
    }

    private InferenceResult result(int i) {
        String job = tenant + "-" + i;
        return i % 4 == 0
                ? Examples.result(job, ResultStatus.FAILED).setTenant(tenant).build()
                : Examples.result(job, ResultStatus.SUCCEEDED)
                        .setTenant(tenant)
                        .setOutput("answer " + i)
                        .build();
    }

    private InferenceResult unpriced() {
        return Examples.result(tenant + "-unpriced", ResultStatus.SUCCEEDED)
                .setTenant(tenant)
                .setLane("without-price")
                .build();
    }

    private List<String> usageEvents() {
        Connection connection = STACK.connection;
        Deserializer<UsageEvent> events = connection.deserializer(Topics.USAGE);
        return STACK.read(Topics.USAGE.name()).stream()
                .filter(record -> new String(record.key(), StandardCharsets.UTF_8).equals(tenant))
                .map(record -> events.deserialize(record.topic(), record.value()).getJobId())
                .toList();
    }

    private void awaitCount(String sql, long expected) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(STACK.count(sql, tenant)).isEqualTo(expected));
    }
}
