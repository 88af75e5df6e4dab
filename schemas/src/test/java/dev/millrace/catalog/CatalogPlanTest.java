package dev.millrace.catalog;

import static dev.millrace.catalog.CatalogResources.valid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.topics.TopicPlan;
import dev.millrace.v1.CatalogEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CatalogPlanTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final TopicPlan.Cluster LOCAL = TopicPlan.Cluster.local();
    private static final String FILE =
            """
            tenants:
              - name: acme
                replies: [acme-main]
            lanes:
              - name: echo
                engine: {type: echo}
                partitions: 4
                slots: 4
            routes:
              - name: code
                when: {vertical: [code]}
                lanes: [echo]
              - name: everything
                lanes: [echo]
            prices:
              - {lane: echo, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1, output: 2}
            """;
    private static final Catalog RUNNING = valid(FILE).catalog().withVersion(3);

    @Provide
    Arbitrary<Catalog> catalogs() {
        return Catalogs.any();
    }

    // ------------------------------------------------------------------ what is done

    @Test
    void theFirstApplyCreatesEveryTopicAndPublishesEveryEntryAndThenTheVersion() {
        // When
        CatalogPlan.Apply plan = apply(Catalog.empty(), FILE);

        // Then
        assertThat(plan.version()).isEqualTo(1);
        assertThat(plan.topics())
                .extracting(TopicPlan::name)
                .contains(
                        "millrace.jobs",
                        "millrace.catalog",
                        "millrace.intake.acme",
                        "millrace.replies.acme-main",
                        "millrace.lane.echo.interactive",
                        "millrace.lane.echo.standard",
                        "millrace.lane.echo.overflow")
                .doesNotHaveDuplicates();
        assertThat(plan.records())
                .extracting(CatalogPlan.PlannedRecord::key)
                .containsExactly(
                        "tenant/acme",
                        "lane/echo",
                        "route/code",
                        "route/everything",
                        "price/echo/2026-01-01T00:00:00Z",
                        "catalog/version");
        assertThat(plan.records())
                .allSatisfy(
                        record -> {
                            CatalogEntry entry = record.value().orElseThrow();
                            assertThat(entry.getVersion()).isEqualTo(1);
                            assertThat(record.key())
                                    .isEqualTo(entry.getKind() + "/" + entry.getName());
                        });
        assertThat(lines(plan))
                .containsExactly(
                        "+ tenant acme",
                        "+ lane echo",
                        "+ route code",
                        "+ route everything",
                        "+ price echo/2026-01-01T00:00:00Z");
    }

    @Test
    void aFileThatSaysWhatRunsIsUnchangedAndItsTopicsAreStillVerified() {
        // When
        CatalogPlan plan = plan(RUNNING, FILE + "# a comment\n");

        // Then
        assertThat(plan).isInstanceOf(CatalogPlan.Unchanged.class);
        CatalogPlan.Unchanged unchanged = (CatalogPlan.Unchanged) plan;
        assertThat(unchanged.version()).isEqualTo(3);
        assertThat(unchanged.topics())
                .extracting(TopicPlan::name)
                .contains("millrace.intake.acme", "millrace.lane.echo.standard");
    }

    @Test
    void onlyWhatChangedIsPublished() {
        // Given
        String file =
                FILE.replace("slots: 4", "slots: 8")
                        .replace("partitions: 4", "partitions: 8")
                        .replace("{type: echo}", "{type: echo, delay: 5ms}")
                        .replace("when: {vertical: [code]}", "when: {vertical: [code, math]}")
                        .replace(
                                "lanes:\n  - name: echo",
                                "  - name: globex\nlanes:\n  - name: echo");

        // When
        CatalogPlan.Apply plan = apply(RUNNING, file);

        // Then
        assertThat(plan.version()).isEqualTo(4);
        assertThat(lines(plan))
                .containsExactly(
                        "+ tenant globex",
                        "~ lane echo (engine.delay 0ms -> 5ms, partitions 4 -> 8, slots 4 -> 8)",
                        "~ route code (when.vertical [code] -> [code, math])");
        assertThat(plan.records())
                .extracting(CatalogPlan.PlannedRecord::key)
                .containsExactly("tenant/globex", "lane/echo", "route/code", "catalog/version");
        assertThat(plan.topics())
                .filteredOn(topic -> topic.name().startsWith("millrace.lane.echo."))
                .allMatch(topic -> topic.partitions() == 8);
    }

    @Test
    void whatIsGoneFromTheFileGetsATombstone() {
        // Given
        String file =
                FILE.replace(
                        "  - name: code\n    when: {vertical: [code]}\n    lanes: [echo]\n", "");

        // When
        CatalogPlan.Apply plan = apply(RUNNING, file);

        // Then
        assertThat(lines(plan))
                .containsExactly("~ route everything (position 1 -> 0)", "- route code");
        assertThat(plan.records().get(1).key()).isEqualTo("route/code");
        assertThat(plan.records().get(1).value()).isEmpty();
        assertThat(plan.records().getLast().key()).isEqualTo("catalog/version");
    }

    @Test
    void anUnfinishedApplyIsSettled() {
        // When
        CatalogPlan plan =
                CatalogPlan.of(RUNNING, Set.of("lane/echo", "lane/ghost"), valid(FILE), LOCAL, NOW);

        // Then
        assertThat(plan).isInstanceOf(CatalogPlan.Apply.class);
        CatalogPlan.Apply apply = (CatalogPlan.Apply) plan;
        assertThat(lines(apply)).containsExactly("= lane echo", "- lane ghost");
        assertThat(apply.records())
                .extracting(CatalogPlan.PlannedRecord::key)
                .containsExactly("lane/echo", "lane/ghost", "catalog/version");
    }

    @Property(tries = 100)
    void foldingWhatIsPublishedGivesWhatWasWanted(
            @ForAll("catalogs") Catalog first, @ForAll("catalogs") Catalog other) {
        // Given
        Catalog second =
                new Catalog(
                        0,
                        List.copyOf(other.tenants().values()),
                        List.copyOf(first.lanes().values()),
                        other.routes(),
                        first.prices());
        CatalogFold fold = new CatalogFold(problem -> {});

        // When
        publish(fold, first);
        Catalog afterFirst = fold.current();
        publish(fold, second);

        // Then
        assertThat(afterFirst).isEqualTo(first.withVersion(1));
        assertThat(fold.current()).isEqualTo(second.withVersion(2));
    }

    private static void publish(CatalogFold fold, Catalog wanted) {
        CatalogReading.Valid reading =
                new CatalogReading.Valid(wanted, CatalogEntries.of(wanted), Map.of());
        CatalogPlan plan = CatalogPlan.of(fold.current(), fold.unsettled(), reading, LOCAL, NOW);
        Assume.that(plan instanceof CatalogPlan.Apply);
        ((CatalogPlan.Apply) plan)
                .records()
                .forEach(record -> fold.accept(record.key(), record.value().orElse(null)));
    }

    // ------------------------------------------------------------------ what is refused

    @Test
    void partitionsAreNeverLowered() {
        assertThat(refusals(RUNNING, FILE.replace("partitions: 4", "partitions: 2")))
                .containsExactly(
                        "catalog.yaml:7: lanes[0].partitions: is 2, was 4: partitions are only ever raised");
    }

    @Test
    void aLaneThatIsNotRetiredIsNotRemoved() {
        // Given
        String renamed =
                FILE.replace("name: echo", "name: fresh")
                        .replace("[echo]", "[fresh]")
                        .replace("lane: echo", "lane: fresh");

        // When / Then
        assertThat(refusals(RUNNING, renamed))
                .containsExactly(
                        "catalog.yaml:4: lanes: lane echo is gone; set retired: true and apply, and remove it once it is drained");
    }

    @Test
    void aRetiredLaneIsRemovedWithItsPrices() {
        // Given
        String one =
                """
                lanes:
                  - {name: fresh, engine: {type: echo}}
                routes:
                  - {name: everything, lanes: [fresh]}
                prices:
                  - {lane: fresh, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1, output: 2}
                """;
        String two =
                one.replace(
                                "lanes:\n",
                                "lanes:\n  - {name: echo, engine: {type: echo}, retired: true}\n")
                        + one.substring(one.lastIndexOf("  - {lane")).replace("fresh", "echo");

        // When
        CatalogPlan.Apply plan = apply(valid(two).catalog().withVersion(3), one);

        // Then
        assertThat(lines(plan)).containsExactly("- lane echo", "- price echo/2026-01-01T00:00:00Z");
    }

    @Test
    void aReplyTopicNeverChangesItsTenant() {
        // Given
        String file =
                FILE.replace(
                        "    replies: [acme-main]\n",
                        "  - name: globex\n    replies: [acme-main]\n");

        // When / Then
        assertThat(refusals(RUNNING, file))
                .containsExactly(
                        "catalog.yaml:4: tenants[1].replies: acme-main belongs to tenant acme, and its topic holds that tenant's results; choose another name");
    }

    @Test
    void aPriceInForceIsNeitherChangedNorRemoved() {
        // Given
        String changed = FILE.replace("output: 2", "output: 3");
        String removed = FILE.replace("2026-01-01", "2025-01-01");

        // When / Then
        assertThat(refusals(RUNNING, changed))
                .containsExactly(
                        "catalog.yaml:16: prices[0].effective_from: price echo/2026-01-01T00:00:00Z is in force and cannot be changed; add a price with a later date");
        assertThat(refusals(RUNNING, removed))
                .containsExactly(
                        "catalog.yaml:15: prices: price echo/2026-01-01T00:00:00Z is in force and cannot be removed; add a price with a later date",
                        "catalog.yaml:16: prices[0].effective_from: a price is announced at least 60 s ahead; the earliest now is 2026-11-20T12:01:01Z");
    }

    @Test
    void aNewPriceIsAnnouncedAMinuteAhead() {
        assertThat(refusals(RUNNING, withPrice("2026-11-20T12:00:59Z")))
                .containsExactly(
                        "catalog.yaml:17: prices[1].effective_from: a price is announced at least 60 s ahead; the earliest now is 2026-11-20T12:01:01Z");
        assertThat(lines(apply(RUNNING, withPrice("2026-11-20T12:01:00Z"))))
                .containsExactly("+ price echo/2026-11-20T12:01:00Z");
    }

    @Test
    void anAnnouncedPriceCanBeChangedUntilAMinuteBefore() {
        // Given
        Catalog announced = valid(withPrice("2026-11-20T12:10:00Z")).catalog().withVersion(4);
        String changed = withPrice("2026-11-20T12:10:00Z").replace("input: 5", "input: 6");

        // When
        CatalogPlan early = CatalogPlan.of(announced, Set.of(), valid(changed), LOCAL, NOW);
        CatalogPlan late =
                CatalogPlan.of(
                        announced, Set.of(), valid(changed), LOCAL, NOW.plusSeconds(9 * 60 + 1));
        CatalogPlan lateRemoval =
                CatalogPlan.of(
                        announced, Set.of(), valid(FILE), LOCAL, NOW.plusSeconds(9 * 60 + 1));

        // Then
        assertThat(lines((CatalogPlan.Apply) early))
                .containsExactly(
                        "~ price echo/2026-11-20T12:10:00Z (cached_input 5 -> 6, input 5 -> 6)");
        assertThat(problems(late))
                .containsExactly(
                        "catalog.yaml:17: prices[1].effective_from: price echo/2026-11-20T12:10:00Z comes into force within 60 s and cannot be changed any more");
        assertThat(problems(lateRemoval))
                .containsExactly(
                        "catalog.yaml:15: prices: price echo/2026-11-20T12:10:00Z comes into force within 60 s and cannot be removed any more");
    }

    @Test
    void theFirstPriceOfANewLaneMayStartInThePast() {
        // Given
        String file =
                FILE.replace(
                                "lanes:\n  - name: echo",
                                "lanes:\n  - {name: fresh, engine: {type: echo}}\n  - name: echo")
                        + "  - {lane: fresh, effective_from: 2026-11-20T11:59:00Z, currency: USD, input: 1, output: 2}\n";

        // When / Then
        assertThat(lines(apply(RUNNING, file)))
                .containsExactly("+ lane fresh", "+ price fresh/2026-11-20T11:59:00Z");
    }

    @Test
    void aLaneWithoutAPriceInForceIsRefused() {
        assertThat(refusals(Catalog.empty(), FILE.replace("2026-01-01", "2027-01-01")))
                .containsExactly(
                        "catalog.yaml:5: lanes[0].name: echo has no price in force now (2026-11-20T12:00:00Z), so its jobs could not be billed");
    }

    // ------------------------------------------------------------------ short forms

    private static String withPrice(String from) {
        return FILE
                + "  - {lane: echo, effective_from: "
                + from
                + ", currency: USD, input: 5, output: 2}\n";
    }

    private static CatalogPlan plan(Catalog current, String file) {
        return CatalogPlan.of(current, Set.of(), valid(file), LOCAL, NOW);
    }

    private static CatalogPlan.Apply apply(Catalog current, String file) {
        CatalogPlan plan = plan(current, file);
        assertThat(plan).isInstanceOf(CatalogPlan.Apply.class);
        return (CatalogPlan.Apply) plan;
    }

    private static List<String> refusals(Catalog current, String file) {
        return problems(plan(current, file));
    }

    private static List<String> problems(CatalogPlan plan) {
        assertThat(plan).isInstanceOf(CatalogPlan.Refused.class);
        return ((CatalogPlan.Refused) plan).problems().stream().map(Problem::toString).toList();
    }

    private static List<String> lines(CatalogPlan.Apply plan) {
        return plan.changes().stream().map(Change::toString).toList();
    }
}
