package dev.millrace.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.CatalogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CatalogFoldTest {
    /** A record of the topic; no entry is a tombstone. */
    private record Logged(String key, Optional<CatalogEntry> entry) {}

    private final List<Problem> reported = new ArrayList<>();
    private final CatalogFold fold = new CatalogFold(reported::add);

    @Provide
    Arbitrary<Catalog> catalogs() {
        return Catalogs.any();
    }

    // ------------------------------------------------------------------ properties

    @Property(tries = 200)
    void aFileAndTheRecordsMadeOfItAreTheSameCatalogInWhateverOrderTheyCome(
            @ForAll("catalogs") Catalog catalog, @ForAll Random random) {
        // Given
        CatalogReading.Valid reading = CatalogResources.valid(Catalogs.file(catalog));
        List<Logged> log = new ArrayList<>(puts(reading.entries(), 7));
        Collections.shuffle(log, random);
        CatalogFold reader = new CatalogFold(problem -> {});

        // When
        List<Optional<Catalog>> early = log.stream().map(record -> take(reader, record)).toList();
        Optional<Catalog> closed = take(reader, version(7));

        // Then
        assertThat(reading.catalog()).isEqualTo(catalog);
        assertThat(early).allMatch(Optional::isEmpty);
        assertThat(closed).contains(catalog.withVersion(7));
        assertThat(reader.unsettled()).isEmpty();
    }

    @Property(tries = 100)
    void compactionChangesNothing(
            @ForAll("catalogs") Catalog first,
            @ForAll("catalogs") Catalog second,
            @ForAll Random random) {
        // Given
        List<Logged> log = new ArrayList<>(puts(CatalogEntries.of(first), 1));
        log.add(version(1));
        for (Entry entry : CatalogEntries.of(first)) {
            log.add(new Logged(entry.key(), Optional.empty()));
        }
        log.addAll(puts(CatalogEntries.of(second), 2));
        log.add(version(2));

        // When
        Catalog whole = replay(log);
        Catalog compacted = replay(compacted(log, random));

        // Then
        assertThat(whole).isEqualTo(second.withVersion(2));
        assertThat(compacted).isEqualTo(whole);
    }

    @Property(tries = 100)
    void garbageNeverStopsTheReaderNorTakesAnEntryAway(
            @ForAll("catalogs") Catalog catalog, @ForAll String garbage) {
        // Given
        CatalogFold reader = new CatalogFold(problem -> {});
        puts(CatalogEntries.of(catalog), 1).forEach(record -> take(reader, record));
        take(reader, version(1));

        // When
        for (Entry entry : CatalogEntries.of(catalog)) {
            take(reader, put(new Entry(entry.kind(), entry.name(), garbage), 2));
        }
        take(reader, put(new Entry("unheard-of", "x", garbage), 2));
        take(reader, version(2));

        // Then
        assertThat(reader.current().withVersion(1)).isEqualTo(catalog.withVersion(1));
        assertThat(reader.unsettled()).hasSize(CatalogEntries.of(catalog).size() + 1);
    }

    // ------------------------------------------------------------------ examples

    @Test
    void aTombstoneRemovesItsEntryAtTheNextVersion() {
        // Given
        accept(put(lane("a", 4), 1), put(lane("b", 4), 1), version(1));

        // When
        Optional<Catalog> before = take(fold, new Logged("lane/a", Optional.empty()));
        Set<String> shownBefore = fold.current().lanes().keySet();
        Optional<Catalog> after = take(fold, version(2));

        // Then
        assertThat(before).isEmpty();
        assertThat(shownBefore).containsExactly("a", "b");
        assertThat(after.orElseThrow().lanes()).containsOnlyKeys("b");
        assertThat(after.orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void aTombstoneTakesBackWhatWasNotShownYet() {
        // Given
        accept(put(lane("a", 4), 1), new Logged("lane/a", Optional.empty()));

        // When
        Optional<Catalog> closed = take(fold, version(1));

        // Then
        assertThat(closed.orElseThrow().lanes()).isEmpty();
    }

    @Test
    void theLastGoodBodyOfAnEntryStays() {
        // Given
        accept(put(lane("a", 4), 1), version(1));

        // When
        accept(put(new Entry("lane", "a", "{\"name\":\"a\",\"slots\":0}"), 2));
        accept(put(lane("b", 4), 2), version(2));

        // Then
        assertThat(fold.current().version()).isEqualTo(2);
        assertThat(fold.current().lane("a").orElseThrow().slots()).isEqualTo(4);
        assertThat(fold.current().lanes()).containsKey("b");
        assertThat(reported)
                .extracting(Problem::toString)
                .containsExactly(
                        "millrace.catalog/lane/a:1: engine: is missing",
                        "millrace.catalog/lane/a:1: slots: must be from 1 to 1024, is 0");
        assertThat(fold.unsettled()).containsExactly("lane/a");
    }

    @Test
    void anEntryThatIsRepairedIsSettledAgain() {
        // Given
        accept(put(new Entry("lane", "a", "{"), 1), version(1));

        // When
        accept(put(lane("a", 8), 2), version(2));

        // Then
        assertThat(fold.current().lane("a").orElseThrow().slots()).isEqualTo(8);
        assertThat(fold.unsettled()).isEmpty();
    }

    @Test
    void entriesOfAnUnfinishedApplyAreUnsettled() {
        // Given
        accept(put(lane("a", 4), 1), version(1));

        // When
        accept(put(lane("a", 8), 2), put(lane("b", 4), 2));

        // Then
        assertThat(fold.current().lane("a").orElseThrow().slots()).isEqualTo(4);
        assertThat(fold.unsettled()).containsExactly("lane/a", "lane/b");
    }

    @Test
    void aRepeatedVersionMarkerIsNoNews() {
        // Given
        accept(put(lane("a", 4), 1), version(1));

        // When
        Optional<Catalog> again = take(fold, version(1));

        // Then
        assertThat(again).isEmpty();
    }

    @Test
    void aMarkerWithoutAVersionIsReportedAndSkipped() {
        // When
        accept(put(lane("a", 4), 1), version(0));

        // Then
        assertThat(fold.current()).isEqualTo(Catalog.empty());
        assertThat(reported).singleElement().asString().contains("a version is 1 or more, not 0");
    }

    @Test
    void aBodyUnderAnotherEntrysKeyIsLeftOut() {
        // When
        accept(
                put(new Entry("lane", "b", lane("a", 4).canonicalJson()), 1),
                new Logged("lane/c", Optional.of(record(lane("a", 4), 1))),
                version(1));

        // Then
        assertThat(fold.current().lanes()).isEmpty();
        assertThat(reported).hasSize(2);
    }

    @Test
    void aFieldFromANewerReleaseIsSkippedButAConditionIsNot() {
        // When
        accept(
                put(
                        new Entry(
                                "lane",
                                "a",
                                "{\"name\":\"a\",\"engine\":{\"type\":\"echo\"},\"colour\":\"red\"}"),
                        1),
                put(
                        new Entry(
                                "route",
                                "r",
                                "{\"name\":\"r\",\"position\":0,\"lanes\":[\"a\"],\"when\":{\"hour\":[9]}}"),
                        1),
                version(1));

        // Then
        assertThat(fold.current().lanes()).containsOnlyKeys("a");
        assertThat(fold.current().routes()).isEmpty();
        assertThat(reported)
                .singleElement()
                .hasToString(
                        "millrace.catalog/route/r:1: when.hour: unknown field; known here: vertical, complexity, tenant");
    }

    // ------------------------------------------------------------------ records

    private void accept(Logged... records) {
        for (Logged record : records) {
            take(fold, record);
        }
    }

    private static Optional<Catalog> take(CatalogFold reader, Logged record) {
        return reader.accept(record.key(), record.entry().orElse(null));
    }

    private static Catalog replay(List<Logged> log) {
        CatalogFold reader = new CatalogFold(problem -> {});
        log.forEach(record -> take(reader, record));
        return reader.current();
    }

    /** Of each key the last record stays, and of the others only some. */
    private static List<Logged> compacted(List<Logged> log, Random random) {
        List<Logged> kept = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Logged record : log.reversed()) {
            if (seen.add(record.key()) || random.nextBoolean()) {
                kept.addFirst(record);
            }
        }
        return kept;
    }

    private static List<Logged> puts(List<Entry> entries, long version) {
        return entries.stream().map(entry -> put(entry, version)).toList();
    }

    private static Logged put(Entry entry, long version) {
        return new Logged(entry.key(), Optional.of(record(entry, version)));
    }

    private static Logged version(long version) {
        return put(new Entry("catalog", "version", "{}"), version);
    }

    private static CatalogEntry record(Entry entry, long version) {
        return CatalogEntry.newBuilder()
                .setKind(entry.kind())
                .setName(entry.name())
                .setVersion(version)
                .setBody(entry.canonicalJson())
                .build();
    }

    private static Entry lane(String name, int slots) {
        return CatalogEntries.of(
                new Lane(
                        name,
                        name,
                        List.of(),
                        new EngineSpec.Echo(Duration.ZERO),
                        12,
                        slots,
                        1,
                        4096,
                        Duration.ofSeconds(60),
                        3,
                        false));
    }
}
