package dev.millrace.classifier.stream;

import dev.millrace.classifier.job.Waste;
import dev.millrace.v1.ResultStatus;

/** What the classifier counts. */
public interface ClassifierMetrics {
    void accepted();

    void ended(ResultStatus status);

    void wasted(Waste waste);

    /** How many jobs of one partition are open. */
    void open(int partition, long jobs);

    /** The partition's task looked at what is due: it is alive. */
    void alive(int partition, long atMillis);

    /** The partition is another process's now. */
    void left(int partition);
}
