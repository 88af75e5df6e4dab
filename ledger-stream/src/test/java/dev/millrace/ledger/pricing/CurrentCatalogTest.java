package dev.millrace.ledger.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.Catalog;
import dev.millrace.ledger.Examples;
import dev.millrace.ledger.pricing.CurrentCatalog.CatalogBehindException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CurrentCatalogTest {
    private final AtomicReference<Catalog> live = new AtomicReference<>(Examples.catalog(3));

    @Test
    void aVersionThatIsThereIsAnsweredAtOnce() {
        CurrentCatalog catalog = new CurrentCatalog(live::get, Duration.ZERO);

        assertThat(catalog.atLeast(3).version()).isEqualTo(3);
        assertThat(catalog.atLeast(0).version()).isEqualTo(3);
    }

    @Test
    void aResultWaitsForTheVersionThatItsDecisionNames() {
        // Given
        CurrentCatalog catalog = new CurrentCatalog(live::get, Duration.ofSeconds(10));
        CompletableFuture<Catalog> waiting =
                CompletableFuture.supplyAsync(() -> catalog.atLeast(4));
        await().during(Duration.ofMillis(50)).until(() -> !waiting.isDone());

        // When
        live.set(Examples.catalog(4));
        catalog.changed();

        // Then
        assertThat(waiting)
                .succeedsWithin(Duration.ofSeconds(5))
                .extracting(Catalog::version)
                .isEqualTo(4L);
    }

    @Test
    void nothingIsPricedByGuessWhenTheVersionDoesNotCome() {
        CurrentCatalog catalog = new CurrentCatalog(live::get, Duration.ofMillis(20));

        assertThatThrownBy(() -> catalog.atLeast(4))
                .isInstanceOf(CatalogBehindException.class)
                .hasMessageContaining("catalog_version=4");
    }
}
