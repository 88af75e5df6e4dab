package dev.millrace.workers.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.ChatServers.Keys;
import dev.millrace.catalog.SecretRef;
import dev.millrace.kit.SecretSource;
import dev.millrace.workers.endpoint.KeyPool.Offer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyPoolTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Map<String, String> ENVIRONMENT =
            Map.of("K0", "secret-zero", "K1", "secret-one", "K2", "secret-two");

    @Test
    void oneKeyIsUsedUntilItHasToRest() {
        // Given
        KeyPool pool = pool(3, Optional.empty());
        ApiKey first = key(pool, NOW);
        assertThat(key(pool, NOW.plusSeconds(3_600))).isEqualTo(first);

        // When
        pool.limited(first, Optional.of(Duration.ofSeconds(7)), NOW);

        // Then
        assertThat(label(pool, NOW)).isEqualTo("env:K1");
        assertThat(label(pool, NOW.plusSeconds(8))).isEqualTo("env:K1");
        assertThat(pool.aside(NOW)).containsExactly("env:K0");
        assertThat(pool.aside(NOW.plusSeconds(7))).isEmpty();
    }

    @Test
    void whereEveryKeyRestsTheCallerIsToldWhyAndUntilWhen() {
        // Given
        KeyPool pool = pool(1, Optional.empty());

        // When
        pool.limited(key(pool, NOW), Optional.of(Duration.ofSeconds(7)), NOW);

        // Then
        assertThat(pool.offer(NOW, i -> false))
                .isInstanceOfSatisfying(
                        Offer.Nothing.class,
                        nothing -> {
                            assertThat(nothing.code()).isEqualTo("provider_rate_limited");
                            assertThat(nothing.detail()).contains("env:K0", "12:00:07");
                        });
        assertThat(label(pool, NOW.plusSeconds(7))).isEqualTo("env:K0");
    }

    @Test
    void aServerThatDoesNotSayForHowLongIsGivenMoreTimeEachTime() {
        // Given
        KeyPool pool = pool(1, Optional.empty());
        Instant now = NOW;
        List<Long> rests = new ArrayList<>();

        // When
        for (int i = 0; i < 12; i++) {
            ApiKey key = key(pool, now);
            pool.limited(key, Optional.empty(), now);
            Instant from = now;
            now = now.plus(KeyPool.LONGEST_REST);
            rests.add(
                    IntStream.rangeClosed(0, 300)
                            .mapToLong(step -> step * 100L)
                            .filter(ms -> pool.aside(from.plusMillis(ms)).isEmpty())
                            .findFirst()
                            .orElseThrow());
        }

        // Then
        assertThat(rests)
                .startsWith(100L, 200L, 400L, 800L)
                .endsWith(KeyPool.LONGEST_REST.toMillis());
        ApiKey key = key(pool, now);
        pool.worked(key);
        pool.limited(key, Optional.empty(), now);
        assertThat(pool.aside(now.plus(KeyPool.FIRST_REST))).isEmpty();
    }

    @Test
    void callsThatWereLimitedTogetherCountAsOne() {
        // Given
        KeyPool pool = pool(1, Optional.empty());
        ApiKey key = key(pool, NOW);

        // When
        for (int i = 0; i < 50; i++) {
            pool.limited(key, Optional.empty(), NOW.plusMillis(i));
        }

        // Then
        assertThat(pool.aside(NOW.plusMillis(99))).hasSize(1);
        assertThat(pool.aside(NOW.plusMillis(100))).isEmpty();
    }

    @Test
    void theLongestOfSeveralWishesIsHeeded() {
        // Given
        KeyPool pool = pool(1, Optional.empty());
        ApiKey key = key(pool, NOW);

        // When
        for (int seconds : new int[] {2, 9, 4}) {
            pool.limited(key, Optional.of(Duration.ofSeconds(seconds)), NOW);
        }

        // Then
        assertThat(pool.aside(NOW.plusMillis(8_999))).hasSize(1);
        assertThat(pool.aside(NOW.plusSeconds(9))).isEmpty();
    }

    @Test
    void aRefusedKeyIsLeftAloneForAWhileAndThenTriedAgain() {
        // Given
        KeyPool pool = pool(2, Optional.empty());

        // When
        pool.refused(key(pool, NOW), NOW);
        pool.refused(key(pool, NOW), NOW);

        // Then
        assertThat(pool.offer(NOW, i -> false))
                .isInstanceOfSatisfying(
                        Offer.Nothing.class,
                        nothing -> assertThat(nothing.code()).isEqualTo("provider_unauthorized"));
        assertThat(label(pool, NOW.plus(KeyPool.REFUSED))).isEqualTo("env:K0");
    }

    @Test
    void aKeyWhoseContentHasChangedIsUsedThoughItWasRefused(@TempDir Path folder)
            throws IOException {
        // Given
        Path file = Files.writeString(folder.resolve("key"), "old");
        KeyPool pool =
                new KeyPool(
                        "http://one/v1",
                        new Keys(List.of(new SecretRef("file:" + file)), Optional.empty()),
                        new SecretSource(Map.of()));
        pool.refused(key(pool, NOW), NOW);
        assertThat(pool.offer(NOW, i -> false)).isInstanceOf(Offer.Nothing.class);

        // When
        Files.writeString(file, "new");

        // Then
        assertThat(key(pool, NOW).secret()).contains("new");
    }

    @Test
    void onScheduleTheNextKeyHasItsTurn() {
        // Given
        KeyPool pool = pool(3, Optional.of(Duration.ofHours(1)));
        List<String> labels = new ArrayList<>();

        // When
        for (int minutes = 0; minutes <= 240; minutes += 30) {
            labels.add(label(pool, NOW.plus(Duration.ofMinutes(minutes))));
        }

        // Then
        assertThat(labels)
                .containsExactly(
                        "env:K0", "env:K0", "env:K1", "env:K1", "env:K2", "env:K2", "env:K0",
                        "env:K0", "env:K1");
    }

    @Test
    void aKeyThatIsNotThereIsPassedOver() {
        // Given
        KeyPool pool =
                new KeyPool(
                        "http://one/v1",
                        new Keys(
                                List.of(new SecretRef("env:GONE"), new SecretRef("env:K1")),
                                Optional.empty()),
                        new SecretSource(ENVIRONMENT));

        // Then
        assertThat(label(pool, NOW)).isEqualTo("env:K1");
        assertThat(pool.trouble()).isEmpty();
    }

    @Test
    void aServerWithoutKeysIsAskedWithoutOneAndRestsAllTheSame() {
        // Given
        KeyPool pool = pool(0, Optional.empty());
        ApiKey none = key(pool, NOW);
        assertThat(none.secret()).isEmpty();

        // When
        pool.limited(none, Optional.of(Duration.ofSeconds(2)), NOW);

        // Then
        assertThat(pool.offer(NOW, i -> false)).isInstanceOf(Offer.Nothing.class);
        assertThat(key(pool, NOW.plusSeconds(2))).isEqualTo(none);
    }

    @Test
    void aKeyIsNeverPrinted() {
        assertThat(ApiKey.of(0, "env:K0", "secret-zero").toString())
                .contains("env:K0")
                .doesNotContain("secret-zero");
    }

    /** Each step uses the pool as an attempt does; the model is what was set aside until when. */
    @Property(tries = 300)
    void noKeyIsOfferedBeforeItsRestIsOverAndNoneIsWithheldAfterwards(
            @ForAll @IntRange(min = 1, max = 3) int keys,
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 8_000) Integer> steps) {
        KeyPool pool = pool(keys, Optional.empty());
        Map<String, Instant> aside = new HashMap<>();
        Instant now = NOW;
        for (int step : steps) {
            // Given
            now = now.plusMillis(step);
            Instant moment = now;

            // When
            Offer offer = pool.offer(now, i -> false);

            // Then
            boolean allRest =
                    IntStream.range(0, keys).allMatch(i -> rests(aside, "env:K" + i, moment));
            assertThat(offer instanceof Offer.Nothing).isEqualTo(allRest);
            if (offer instanceof Offer.Key(ApiKey key)) {
                assertThat(rests(aside, key.label(), now)).isFalse();
                Duration rest = Duration.ofMillis(1 + step * 3L);
                pool.limited(key, Optional.of(rest), now);
                aside.put(key.label(), now.plus(rest));
            }
        }
    }

    private static boolean rests(Map<String, Instant> aside, String label, Instant now) {
        return aside.getOrDefault(label, Instant.MIN).isAfter(now);
    }

    private static KeyPool pool(int keys, Optional<Duration> rotateEvery) {
        return new KeyPool(
                "http://one/v1",
                new Keys(
                        IntStream.range(0, keys).mapToObj(i -> new SecretRef("env:K" + i)).toList(),
                        rotateEvery),
                new SecretSource(ENVIRONMENT));
    }

    private static ApiKey key(KeyPool pool, Instant now) {
        return ((Offer.Key) pool.offer(now, i -> false)).key();
    }

    private static String label(KeyPool pool, Instant now) {
        return key(pool, now).label();
    }
}
