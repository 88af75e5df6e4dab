package dev.millrace.ingress.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.ingress.FakeIssuedKeys;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KeyRingTest {
    private static final IssuedKey KEY =
            new IssuedKey(
                    "mrk_1",
                    "acme",
                    "",
                    Set.of(Scope.READ),
                    Instant.EPOCH,
                    Optional.empty(),
                    Optional.empty());
    private final AtomicLong now = new AtomicLong(7);
    private final FakeIssuedKeys keys = new FakeIssuedKeys();
    private final KeyRing ring = new KeyRing(keys, now::get);

    @Test
    void aKeyIsAskedForOnceInAWhile() {
        // Given
        keys.add(KEY, "hash");
        ring.find("hash");

        // When
        Optional<IssuedKey> again = ring.find("hash");
        now.addAndGet(KeyRing.FRESH.toNanos());
        ring.find("hash");

        // Then
        assertThat(again).contains(KEY);
        assertThat(keys.asked()).isEqualTo(2);
    }

    @Test
    void aRevokedKeyStopsWorkingWithinAWhile() {
        // Given
        keys.add(KEY, "hash");
        ring.find("hash");

        // When
        keys.revoke("acme", "mrk_1");
        now.addAndGet(KeyRing.FRESH.toNanos());

        // Then
        assertThat(ring.find("hash")).isEmpty();
    }

    @Test
    void whileTheDatabaseIsOutAKeyThatWasGoodGoesOnForAFewMinutes() {
        // Given
        keys.add(KEY, "hash");
        ring.find("hash");
        keys.setDown(true);

        // When
        now.addAndGet(KeyRing.FRESH.toNanos());

        // Then
        assertThat(ring.find("hash")).contains(KEY);
        assertThatThrownBy(() -> ring.find("another"))
                .isInstanceOf(IssuedKeys.UnavailableException.class);
        now.addAndGet(KeyRing.STALE.toNanos());
        assertThatThrownBy(() -> ring.find("hash"))
                .isInstanceOf(IssuedKeys.UnavailableException.class);
    }
}
