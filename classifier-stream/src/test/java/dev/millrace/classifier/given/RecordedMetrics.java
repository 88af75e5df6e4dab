package dev.millrace.classifier.given;

import dev.millrace.classifier.job.Waste;
import dev.millrace.classifier.stream.ClassifierMetrics;
import dev.millrace.v1.ResultStatus;
import java.util.ArrayList;
import java.util.List;

/** Metrics that a test can read. */
public final class RecordedMetrics implements ClassifierMetrics {
    private final List<ResultStatus> ended = new ArrayList<>();
    private final List<Waste> wasted = new ArrayList<>();
    private int accepted;
    private long open;

    @Override
    public void accepted() {
        accepted++;
    }

    @Override
    public void ended(ResultStatus status) {
        ended.add(status);
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

    public long openJobs() {
        return open;
    }
}
