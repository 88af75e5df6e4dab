package dev.millrace.catalog;

import dev.millrace.topics.TopicPlan;
import dev.millrace.v1.CatalogEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What applying a catalog file must do. Decided here, done elsewhere. */
public sealed interface CatalogPlan {

    /**
     * Nothing to publish.
     *
     * @param version that stays in force
     * @param topics to verify all the same
     */
    record Unchanged(long version, List<TopicPlan> topics) implements CatalogPlan {
        public Unchanged {
            topics = List.copyOf(topics);
        }
    }

    /**
     * The file is well-formed, but the running catalog must not be changed like this.
     *
     * @param problems at least one, in line order
     */
    record Refused(List<Problem> problems) implements CatalogPlan {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    /**
     * First the topics, then the records in their order; the last one, which closes the apply, only
     * when all others are acknowledged.
     *
     * @param topics every topic that the catalog needs: to create, to grow, or to find as planned
     * @param records to the catalog topic
     * @param changes for people
     */
    record Apply(
            long version, List<TopicPlan> topics, List<PlannedRecord> records, List<Change> changes)
            implements CatalogPlan {
        public Apply {
            topics = List.copyOf(topics);
            records = List.copyOf(records);
            changes = List.copyOf(changes);
        }
    }

    /**
     * A record of the catalog topic.
     *
     * @param value empty for a tombstone
     */
    record PlannedRecord(String key, Optional<CatalogEntry> value) {}

    /**
     * Plans one apply.
     *
     * @param current from the topic
     * @param unsettled {@link CatalogFold#unsettled}: published or removed again, changed or not
     * @param now prices are judged by it
     */
    static CatalogPlan of(
            Catalog current,
            Set<String> unsettled,
            CatalogReading.Valid wanted,
            TopicPlan.Cluster cluster,
            Instant now) {
        List<Problem> refusals = new PlanRefusals(current, wanted, now).list();
        if (!refusals.isEmpty()) {
            return new Refused(refusals);
        }
        List<TopicPlan> topics = topics(wanted.catalog(), cluster);
        long version = current.version() + 1;
        Map<String, Entry> before = byKey(CatalogEntries.of(current));
        Map<String, Entry> after = byKey(wanted.entries());
        List<PlannedRecord> records = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        after.forEach(
                (key, entry) -> {
                    @Nullable Entry old = before.get(key);
                    if (!entry.equals(old) || unsettled.contains(key)) {
                        records.add(record(entry, version));
                        changes.add(change(old, entry));
                    }
                });
        Set<String> gone = new TreeSet<>(before.keySet());
        gone.addAll(unsettled);
        gone.removeAll(after.keySet());
        for (String key : gone) {
            records.add(new PlannedRecord(key, Optional.empty()));
            changes.add(removed(key));
        }
        if (records.isEmpty()) {
            return new Unchanged(current.version(), topics);
        }
        records.add(record(new Entry("catalog", "version", "{}"), version));
        return new Apply(version, topics, records, changes);
    }

    private static List<TopicPlan> topics(Catalog catalog, TopicPlan.Cluster cluster) {
        List<TopicPlan> topics = new ArrayList<>(TopicPlan.base(cluster));
        for (Tenant tenant : catalog.tenants().values()) {
            topics.addAll(TopicPlan.tenant(tenant.name(), tenant.replies(), cluster));
        }
        for (Lane lane : catalog.lanes().values()) {
            topics.addAll(TopicPlan.lane(lane.name(), lane.partitions(), cluster));
        }
        return topics;
    }

    private static Map<String, Entry> byKey(List<Entry> entries) {
        Map<String, Entry> map = new LinkedHashMap<>();
        entries.forEach(entry -> map.put(entry.key(), entry));
        return map;
    }

    private static PlannedRecord record(Entry entry, long version) {
        CatalogEntry value =
                CatalogEntry.newBuilder()
                        .setKind(entry.kind())
                        .setName(entry.name())
                        .setVersion(version)
                        .setBody(entry.canonicalJson())
                        .build();
        return new PlannedRecord(entry.key(), Optional.of(value));
    }

    private static Change change(@Nullable Entry old, Entry entry) {
        Change.Kind kind =
                old == null
                        ? Change.Kind.ADDED
                        : entry.equals(old) ? Change.Kind.REPEATED : Change.Kind.CHANGED;
        List<String> details = old == null ? List.of() : EntryDifference.between(old, entry);
        return new Change(kind, entry.kind(), entry.name(), details);
    }

    private static Change removed(String key) {
        int slash = key.indexOf('/');
        return new Change(
                Change.Kind.REMOVED,
                key.substring(0, Math.max(slash, 0)),
                key.substring(slash + 1),
                List.of());
    }
}
