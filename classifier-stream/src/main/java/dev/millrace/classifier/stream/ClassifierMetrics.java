package dev.millrace.classifier.stream;

import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.Waste;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.Outcome;
import java.util.Map;

/** What the classifier counts. */
public interface ClassifierMetrics {
    void accepted();

    void ended(InferenceResult result);

    /** An attempt whose outcome counted: it ended its job, or led to another attempt. */
    void attempt(Outcome outcome);

    void wasted(Waste waste);

    /** How many jobs of one partition are open. */
    void open(int partition, long jobs);

    /** What is open in one partition, by lane. */
    void lanes(int partition, Map<String, LaneWork> open);

    /** The partition's task looked at what is due: it is alive. */
    void alive(int partition, long atMillis);

    /** The partition is another process's now. */
    void left(int partition);
}
