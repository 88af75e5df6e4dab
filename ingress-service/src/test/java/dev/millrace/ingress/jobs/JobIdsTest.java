package dev.millrace.ingress.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.ingress.Examples;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class JobIdsTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");
    private final JobIds ids =
            new JobIds(Examples.secret(), Clock.fixed(NOW, ZoneOffset.UTC), new Random(7));

    @Test
    void aFreshNameIsAUuidOfVersion7ThatTellsItsTime() {
        // When
        String id = ids.fresh("acme");

        // Then
        UUID uuid = UUID.fromString(id.substring(0, 36));
        assertThat(uuid.version()).isEqualTo(7);
        assertThat(uuid.variant()).isEqualTo(2);
        assertThat(JobIds.namedAt(id)).contains(NOW);
        assertThat(id).matches("[0-9a-f-]{36}-[0-9a-f]{12}");
    }

    @Test
    void aDerivedNameIsAUuidOfVersion8WithoutATime() {
        // When
        String id = ids.fromKey("acme", "order-17");

        // Then
        assertThat(UUID.fromString(id.substring(0, 36)).version()).isEqualTo(8);
        assertThat(UUID.fromString(id.substring(0, 36)).variant()).isEqualTo(2);
        assertThat(JobIds.namedAt(id)).isEmpty();
    }

    @Test
    void freshNamesNeverRepeat() {
        // When
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            names.add(ids.fresh("acme"));
        }

        // Then
        assertThat(names).hasSize(10_000);
    }

    @Test
    void aShortSecretIsRefused() {
        assertThatThrownBy(() -> new JobIds(new byte[15], Clock.systemUTC(), new Random(1)))
                .hasMessageContaining("15 bytes");
    }

    @Property
    void anyInstanceWithTheSecretKnowsItsTenantsIds(@ForAll String key) {
        JobIds another = new JobIds(Examples.secret(), Clock.systemUTC(), new Random());

        assertThat(another.issuedTo("acme", ids.fromKey("acme", key))).isTrue();
        assertThat(another.fromKey("acme", key)).isEqualTo(ids.fromKey("acme", key));
        assertThat(another.issuedTo("acme", ids.fresh("acme"))).isTrue();
    }

    @Property
    void anIdOfAnotherTenantOrAChangedOneIsNotIssued(
            @ForAll String key, @ForAll @IntRange(max = 48) int position) {
        String id = ids.fromKey("acme", key);
        char changed = id.charAt(position) == '0' ? '1' : '0';
        String forged = id.substring(0, position) + changed + id.substring(position + 1);

        assertThat(ids.issuedTo("other", id)).isFalse();
        assertThat(ids.issuedTo("acme", forged)).isFalse();
        assertThat(new JobIds(new byte[16], Clock.systemUTC(), new Random()).issuedTo("acme", id))
                .isFalse();
    }

    @Property
    void anyTextCanBeAskedAbout(@ForAll String text) {
        assertThat(ids.issuedTo("acme", text)).isFalse();
        assertThat(JobIds.namedAt(text)).isEmpty();
    }

    @Property
    void coordinatesNameOneRecordEach(
            @ForAll @IntRange(max = 999) int partition,
            @ForAll @LongRange(max = 1_000_000) long offset,
            @ForAll @IntRange(max = 999) int otherPartition,
            @ForAll @LongRange(max = 1_000_000) long otherOffset) {
        boolean same = partition == otherPartition && offset == otherOffset;

        assertThat(
                        ids.fromCoordinates("acme", "topic-id", partition, offset)
                                .equals(
                                        ids.fromCoordinates(
                                                "acme", "topic-id", otherPartition, otherOffset)))
                .isEqualTo(same);
        assertThat(ids.fromCoordinates("acme", "topic-id", partition, offset))
                .isNotEqualTo(ids.fromCoordinates("acme", "topic-id-2", partition, offset));
    }

    /**
     * A key that spells coordinates is still another job, and so is the same key of another tenant.
     */
    @Test
    void keysAndCoordinatesAndTenantsAreKeptApart() {
        assertThat(ids.fromKey("acme", "topic-id")).isNotEqualTo(ids.fromKey("other", "topic-id"));
        assertThat(ids.fromKey("acmeo", "ther")).isNotEqualTo(ids.fromKey("acme", "other"));
        assertThat(ids.fromCoordinates("acme", "a1", 1, 1))
                .isNotEqualTo(ids.fromCoordinates("acme", "a", 11, 1));
    }
}
