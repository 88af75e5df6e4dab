package dev.millrace.classifier.given;

import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.Waste;
import dev.millrace.classifier.stream.ClassifierMetrics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.ResultStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Metrics that a test can read. */
public final class RecordedMetrics implements ClassifierMetrics {
    private final List<ResultStatus> ended = new ArrayList<>();
    private final List<Waste> wasted = new ArrayList<>();
    private int accepted;
    private int attempts;
    private long open;
    private Map<String, LaneWork> lanes = Map.of();

    @Override
    public void accepted() {
        accepted++;
    }

    @Override
    public void ended(InferenceResult result) {
        ended.add(result.getStatus());
    }

    @Override
    public void attempt(Outcome outcome) {
        attempts++;
    }

    @Override
    public void wasted(Waste waste) {
        wasted.add(waste);
    }

    @Override
    public void open(int partition, long jobs) {
        open = jobs;
    }

    @Override
    public void lanes(int partition, Map<String, LaneWork> open) {
        lanes = open;
    }

    @Override
    public void alive(int partition, long atMillis) {}

    @Override
    public void left(int partition) {
        open = 0;
    }

    public int acceptedCount() {
        return accepted;
    }

    public List<ResultStatus> endedWith() {
        return ended;
    }

    public List<Waste> wastes() {
        return wasted;
    }

    /** Attempts whose outcome counted. */
    public int attemptCount() {
        return attempts;
    }

    public Map<String, LaneWork> openByLane() {
        return lanes;
    }

    public long openJobs() {
        return open;
    }
}
