package dev.millrace.kit.telemetry;

import java.util.List;

/**
 * One step of a job's way: a span where tracing is on, and in any case the trace context that goes
 * on with the job. Ends when it is closed; on whichever thread. Attributes hold ids, counts and
 * short words, never content.
 */
public interface Hop extends AutoCloseable {
    /** For whatever follows from this step. */
    TraceContext context();

    Hop set(String name, String value);

    Hop set(String name, long value);

    Hop set(String name, double value);

    Hop set(String name, List<String> values);

    /**
     * The step did not do what it was for.
     *
     * @param type a short stable word, never a message
     */
    Hop failed(String type);

    /** Closing twice does nothing. */
    @Override
    void close();

    /** What a step is in OpenTelemetry's words. */
    enum Kind {
        SERVER,
        CLIENT,
        PRODUCER,
        CONSUMER,
        INTERNAL
    }

    /** No span: the context goes on as it came. */
    record Passing(TraceContext context) implements Hop {
        @Override
        public Hop set(String name, String value) {
            return this;
        }

        @Override
        public Hop set(String name, long value) {
            return this;
        }

        @Override
        public Hop set(String name, double value) {
            return this;
        }

        @Override
        public Hop set(String name, List<String> values) {
            return this;
        }

        @Override
        public Hop failed(String type) {
            return this;
        }

        @Override
        public void close() {}
    }
}
