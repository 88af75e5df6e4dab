package dev.millrace.workers.attempt;

import dev.millrace.topics.Topics;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.TokenChunk;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the pieces of streamed answers to {@code millrace.tokens}, a few at a time. Best effort:
 * what cannot be sent now is lost, and the attempt goes on.
 */
public final class TokenStream {
    private static final Logger LOG = LoggerFactory.getLogger(TokenStream.class);
    private static final long FLUSH_NANOS = 40_000_000;
    private static final int FLUSH_CHARS = 1_024;

    private final Sink sink;
    private final LongSupplier nanoTime;

    /** Takes chunks without waiting for their acknowledgement. */
    @FunctionalInterface
    public interface Sink {
        /**
         * @throws RuntimeException when the chunk cannot be taken now
         */
        void send(String topic, TokenChunk chunk);
    }

    public TokenStream(Sink sink, LongSupplier nanoTime) {
        this.sink = sink;
        this.nanoTime = nanoTime;
    }

    /** A writer for one attempt; it drops everything where the job does not stream. */
    public Writer of(RoutedJob routed) {
        return new Writer(routed);
    }

    /** Pieces in, chunks out. On one thread. */
    public final class Writer implements Consumer<String>, AutoCloseable {
        private final RoutedJob routed;
        private final StringBuilder waiting = new StringBuilder();
        private long lastFlush = nanoTime.getAsLong();
        private int sequence;
        private boolean complete;
        private boolean failed;

        private Writer(RoutedJob routed) {
            this.routed = routed;
        }

        @Override
        public void accept(String piece) {
            if (!routed.getJob().getStream() || failed) {
                return;
            }
            waiting.append(piece);
            // the first piece goes at once: it is what a reader waits for
            if (sequence == 0
                    || waiting.length() >= FLUSH_CHARS
                    || nanoTime.getAsLong() - lastFlush >= FLUSH_NANOS) {
                flush(false);
            }
        }

        /** The answer is whole: the last chunk says so. */
        public void complete() {
            complete = true;
        }

        @Override
        public void close() {
            if (routed.getJob().getStream() && !failed && (complete || !waiting.isEmpty())) {
                flush(complete);
            }
        }

        private void flush(boolean last) {
            TokenChunk chunk =
                    new TokenChunk(
                            routed.getJobId(),
                            routed.getTenant(),
                            routed.getAttempt(),
                            sequence,
                            waiting.toString(),
                            last);
            sequence++;
            waiting.setLength(0);
            lastFlush = nanoTime.getAsLong();
            try {
                sink.send(Topics.TOKENS.name(), chunk);
            } catch (RuntimeException e) {
                // a reader sees the gap in the sequence; the result carries the whole answer
                failed = true;
                LOG.warn(
                        "job={} tenant={} lane={} attempt={} tokens=lost error={}",
                        routed.getJobId(),
                        routed.getTenant(),
                        routed.getLane(),
                        routed.getAttempt(),
                        e.toString());
            }
        }
    }
}
