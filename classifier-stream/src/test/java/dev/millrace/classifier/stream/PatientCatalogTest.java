package dev.millrace.classifier.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.Catalog;
import dev.millrace.classifier.given.Catalogs;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PatientCatalogTest {
    private final AtomicReference<Catalog> live = new AtomicReference<>(Catalog.empty());
    private final AtomicInteger pauses = new AtomicInteger();

    @Test
    void aTenantThatTheIngressKnowsAlreadyIsWaitedFor() {
        // Given a catalog that arrives after three pauses
        PatientCatalog catalog =
                catalog(
                        () -> {
                            if (pauses.incrementAndGet() == 3) {
                                live.set(Catalogs.usual());
                            }
                        });

        // When
        catalog.await("acme", "fast");

        // Then
        assertThat(catalog.get().tenant("acme")).isPresent();
        assertThat(pauses).hasValue(3);
    }

    @Test
    void aNameThatNeverComesIsWaitedForOnceInEachVersion() {
        PatientCatalog catalog = catalog(pauses::incrementAndGet);

        catalog.await("nobody", "fast");
        int first = pauses.get();
        catalog.await("nobody", "fast");

        assertThat(first).isEqualTo(50);
        assertThat(pauses).hasValue(first);

        live.set(Catalogs.usual());
        catalog.await("nobody", "fast");
        assertThat(pauses).hasValue(2 * first);
    }

    @Test
    void whatIsKnownIsNotWaitedFor() {
        live.set(Catalogs.usual());
        PatientCatalog catalog = catalog(pauses::incrementAndGet);

        catalog.await("acme", "auto");
        catalog.await("acme", "fast-alias");

        assertThat(pauses).hasValue(0);
    }

    private PatientCatalog catalog(Runnable atEachPause) {
        return new PatientCatalog(live::get, Duration.ofSeconds(1), time -> atEachPause.run());
    }
}
