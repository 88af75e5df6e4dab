package dev.millrace.classifier.store;

import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.TenantLoad;
import dev.millrace.classifier.state.StoredLaneWork;
import dev.millrace.classifier.state.StoredLoad;
import java.util.HashMap;
import java.util.Map;

/** A tenant's load as the record that is stored, and back. */
final class LoadFormat {
    static StoredLoad stored(TenantLoad load) {
        Map<String, StoredLaneWork> lanes = new HashMap<>();
        load.lanes()
                .forEach(
                        (lane, work) ->
                                lanes.put(
                                        lane,
                                        new StoredLaneWork(
                                                work.jobs(),
                                                work.tokens(),
                                                work.priorityJobs(),
                                                work.priorityTokens())));
        return new StoredLoad(load.jobs(), load.tokens(), lanes);
    }

    static TenantLoad load(StoredLoad stored) {
        Map<String, LaneWork> lanes = new HashMap<>();
        stored.getLanes()
                .forEach(
                        (lane, work) ->
                                lanes.put(
                                        lane,
                                        new LaneWork(
                                                work.getJobs(),
                                                work.getTokens(),
                                                work.getPriorityJobs(),
                                                work.getPriorityTokens())));
        return new TenantLoad(stored.getJobs(), stored.getTokens(), lanes);
    }

    private LoadFormat() {}
}
