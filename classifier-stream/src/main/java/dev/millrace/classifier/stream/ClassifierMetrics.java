package dev.millrace.classifier.stream;

import dev.millrace.classifier.job.Waste;
import dev.millrace.v1.ResultStatus;

/** What the classifier counts. */
public interface ClassifierMetrics {
    void accepted();

    void ended(ResultStatus status);

    void wasted(Waste waste);

    /** How many jobs of one partition are open; 0 when the partition is given up. */
    void open(int partition, long jobs);

    /** The partition's task looked at what is due: it is alive. */
    void alive(int partition, long atMillis);

    /** Counts nothing. */
    ClassifierMetrics NONE =
            new ClassifierMetrics() {
                @Override
                public void accepted() {}

                @Override
                public void ended(ResultStatus status) {}

                @Override
                public void wasted(Waste waste) {}

                @Override
                public void open(int partition, long jobs) {}

                @Override
                public void alive(int partition, long atMillis) {}
            };
}
