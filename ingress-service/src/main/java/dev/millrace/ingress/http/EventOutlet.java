package dev.millrace.ingress.http;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * One caller's event stream (SSE). Events wait in a bounded buffer for a reader; one that is too
 * slow for it is cut off. A comment now and then keeps the connection open and shows whether the
 * reader is still there. Safe for any number of threads.
 */
public final class EventOutlet {
    public static final String MEDIA_TYPE = "text/event-stream";
    private static final Logger LOG = LoggerFactory.getLogger(EventOutlet.class);
    private static final int BUFFERED = 128;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final String COMMENT = ": waiting\n\n";

    private final Sinks.Many<String> events =
            Sinks.many().unicast().onBackpressureBuffer(new ArrayBlockingQueue<>(BUFFERED));
    private final Runnable gone;
    private final Runnable cut;
    private final Disposable keepAlive;
    private boolean closed;

    /**
     * @param gone called once when the reader has gone before the end, or was cut off
     * @param cut closes the reader's connection
     */
    public EventOutlet(Runnable gone, Runnable cut) {
        this.gone = gone;
        this.cut = cut;
        this.keepAlive =
                Schedulers.parallel()
                        .schedulePeriodically(
                                this::comment,
                                KEEP_ALIVE.toMillis(),
                                KEEP_ALIVE.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    /** What the response streams. */
    public Flux<String> body() {
        return events.asFlux().doOnCancel(this::left);
    }

    /** An event of one line of data. */
    public void data(String json) {
        write("data: " + json + "\n\n");
    }

    /** A named event with an id to resume after. */
    public void event(String id, String name, String json) {
        write("id: " + id + "\nevent: " + name + "\ndata: " + json + "\n\n");
    }

    /** No event, but a sign of life: a response begins only with its first byte. */
    public void comment() {
        write(COMMENT);
    }

    /** The last event has been sent. */
    public synchronized void close() {
        if (!closed) {
            finish();
            events.tryEmitComplete();
        }
    }

    private void write(String text) {
        boolean tooSlow;
        synchronized (this) {
            if (closed) {
                return;
            }
            tooSlow = events.tryEmitNext(text) == Sinks.EmitResult.FAIL_OVERFLOW;
            if (tooSlow) {
                finish();
            }
        }
        if (tooSlow) {
            LOG.info("stream=cut reason=slow_reader buffered={}", BUFFERED);
            cut.run();
            gone.run();
        }
    }

    private void left() {
        synchronized (this) {
            if (closed) {
                return;
            }
            finish();
        }
        gone.run();
    }

    private void finish() {
        closed = true;
        keepAlive.dispose();
    }
}
