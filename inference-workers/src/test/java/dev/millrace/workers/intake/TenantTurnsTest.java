package dev.millrace.workers.intake;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.topics.LaneHeaders;
import dev.millrace.v1.Band;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class TenantTurnsTest {
    private final TenantTurns turns = new TenantTurns();

    @Test
    void aFloodOfOneTenantDelaysAnotherByOneJob() {
        // Given
        for (int i = 0; i < 1_000; i++) {
            turns.add(job("flood", i));
        }
        turns.next();

        // When
        turns.add(job("other", 5_000));

        // Then
        assertThat(List.of(turns.next().orElseThrow(), turns.next().orElseThrow()))
                .extracting(LaneJob::tenant)
                .containsExactly("flood", "other");
    }

    @Test
    void jobsWithoutATenantAreOneTenantInTheirOrder() {
        // Given
        for (int i = 0; i < 3; i++) {
            turns.add(
                    new LaneJob(
                            new ConsumerRecord<>("lane", 0, i, "job", new byte[0]), Band.STANDARD));
        }

        // Then
        for (int i = 0; i < 3; i++) {
            assertThat(turns.next().orElseThrow().offset()).isEqualTo(i);
        }
        assertThat(turns.isEmpty()).isTrue();
        assertThat(turns.next()).isEmpty();
    }

    /**
     * Everything that comes goes, each tenant's in its order, and between two jobs of a tenant that
     * waits no other tenant is served twice.
     */
    @Property
    void tenantsTakeTurns(
            @ForAll @Size(max = 200) List<@IntRange(min = -3, max = 5) Integer> steps) {
        TenantTurns turns = new TenantTurns();
        List<LaneJob> served = new ArrayList<>();
        Map<String, Integer> sinceServed = new HashMap<>();
        Map<String, List<Long>> waiting = new HashMap<>();
        int added = 0;
        for (int step : steps) {
            if (step >= 0) {
                String tenant = "tenant-" + step;
                turns.add(job(tenant, added));
                waiting.computeIfAbsent(tenant, unused -> new ArrayList<>()).add((long) added);
                added++;
                continue;
            }
            turns.next()
                    .ifPresent(
                            job -> {
                                served.add(job);
                                String tenant = job.tenant();
                                assertThat(requireNonNull(waiting.get(tenant)).removeFirst())
                                        .isEqualTo(job.offset());
                                waiting.values().removeIf(List::isEmpty);
                                sinceServed.remove(tenant);
                                waiting.keySet()
                                        .forEach(each -> sinceServed.merge(each, 1, Integer::sum));
                                sinceServed.keySet().retainAll(waiting.keySet());
                                // six tenants: a turn comes after at most the five others'
                                assertThat(sinceServed.values()).allMatch(times -> times <= 6);
                            });
        }
        assertThat(turns.jobs()).isEqualTo(added - served.size());
        assertThat(turns.bytes()).isEqualTo(10L * turns.jobs());
        turns.removeIf(job -> true);
        assertThat(turns.isEmpty()).isTrue();
        assertThat(turns.bytes()).isZero();
    }

    private static LaneJob job(String tenant, long offset) {
        ConsumerRecord<String, byte[]> record =
                new ConsumerRecord<>("lane", 0, offset, "job-" + offset, new byte[10]) {
                    @Override
                    public int serializedValueSize() {
                        return 10;
                    }
                };
        record.headers().add(LaneHeaders.TENANT, tenant.getBytes(StandardCharsets.UTF_8));
        return new LaneJob(record, Band.STANDARD);
    }
}
