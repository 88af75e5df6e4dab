package dev.millrace.dispatcher;

import dev.millrace.dispatcher.policy.NextStep;
import dev.millrace.dispatcher.store.ClaimedDelivery;
import dev.millrace.dispatcher.store.Deliveries;
import dev.millrace.kit.DatabaseErrors;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims due deliveries and runs their attempts, each on a virtual thread: so many at once in all,
 * so many for one endpoint, so many bytes in memory. A claim is a lease: what a killed process had
 * in hand is due again when it ends.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    private static final Duration AT_MOST_EVERY = Duration.ofMillis(10);
    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(1);
    private static final Duration WAIT_FOR_MEMORY = Duration.ofSeconds(10);
    private static final Duration FINISH = Duration.ofSeconds(4);
    private static final Duration STOP = Duration.ofSeconds(2);

    private final DispatchFlow flow;
    private final Deliveries deliveries;
    private final DispatcherSettings settings;
    private final Clock clock;
    private final MeterRegistry meters;
    private final EndpointLoad load;
    private final Semaphore slots;
    private final Semaphore memoryKib;
    private final Semaphore wake = new Semaphore(0);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService attempts =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("attempt-", 0).factory());
    private final Thread thread =
            Thread.ofPlatform().name("dispatch").daemon().unstarted(this::run);
    private volatile boolean working;

    public Dispatcher(
            DispatchFlow flow,
            Deliveries deliveries,
            DispatcherSettings settings,
            Clock clock,
            MeterRegistry meters) {
        this.flow = flow;
        this.deliveries = deliveries;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.load = new EndpointLoad(settings.slotsPerEndpoint());
        this.slots = new Semaphore(settings.slots());
        this.memoryKib = new Semaphore(settings.payloadKib());
        meters.gauge("millrace.webhook.in.flight", load, EndpointLoad::inFlight);
    }

    public void start() {
        thread.start();
    }

    /** Something may be due now. */
    public void wake() {
        wake.release();
    }

    /** Whether it last reached the database. */
    public boolean isWorking() {
        return working && thread.isAlive();
    }

    /** Takes nothing more, lets attempts end for some seconds, and gives back what did not. */
    @Override
    public void close() {
        stopping.countDown();
        wake();
        try {
            if (thread.isAlive() && !thread.join(STOP)) {
                LOG.warn("dispatch=still_claiming");
            }
            attempts.shutdown();
            if (!attempts.awaitTermination(FINISH.toMillis(), TimeUnit.MILLISECONDS)) {
                attempts.shutdownNow();
                boolean ended = attempts.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS);
                LOG.info("dispatch=stopped attempts_broken_off=true all_given_back={}", ended);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void run() {
        while (!isStopping()) {
            try {
                boolean more = claimAndStart();
                working = true;
                if (!more && wake.tryAcquire(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                    pause(AT_MOST_EVERY);
                }
                wake.drainPermits();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                working = false;
                LOG.warn(
                        "dispatch=waiting retry_in_ms={} error={}",
                        AFTER_TROUBLE.toMillis(),
                        DatabaseErrors.describe(e));
                pause(AFTER_TROUBLE);
            }
        }
    }

    /** Whether as many were claimed as there was place for: more may be due. */
    private boolean claimAndStart() {
        int free = slots.availablePermits();
        if (free == 0) {
            return false;
        }
        List<ClaimedDelivery> claimed =
                deliveries.claim(
                        free,
                        settings.slotsPerEndpoint(),
                        load.room(),
                        clock.instant(),
                        settings.lease());
        for (ClaimedDelivery delivery : claimed) {
            slots.acquireUninterruptibly();
            load.started(delivery.endpoint());
            attempts.execute(() -> run(delivery));
        }
        return claimed.size() == free;
    }

    private void run(ClaimedDelivery delivery) {
        Instant leaseEnd = clock.instant().plus(settings.lease());
        boolean good = false;
        try {
            good = tryOnce(delivery, leaseEnd);
        } catch (InterruptedException e) {
            giveBack(delivery, clock.instant());
        } catch (RuntimeException e) {
            LOG.warn(
                    "webhook={} job={} tenant={} attempt=undone error={}",
                    delivery.webhookId(),
                    delivery.jobId(),
                    delivery.tenant(),
                    DatabaseErrors.describe(e));
        } finally {
            load.ended(delivery.endpoint(), good);
            slots.release();
            wake();
        }
    }

    /** Whether the endpoint took it. */
    private boolean tryOnce(ClaimedDelivery delivery, Instant leaseEnd)
            throws InterruptedException {
        int kib = Math.min(settings.payloadKib(), delivery.payloadBytes() / 1024 + 1);
        if (!memoryKib.tryAcquire(kib, WAIT_FOR_MEMORY.toMillis(), TimeUnit.MILLISECONDS)) {
            giveBack(delivery, clock.instant().plus(AFTER_TROUBLE));
            return false;
        }
        DispatchFlow.Tried tried;
        try {
            tried = flow.attempt(delivery);
        } finally {
            memoryKib.release(kib);
        }
        recordBefore(leaseEnd, delivery, tried);
        say(delivery, tried);
        return tried.step() instanceof NextStep.Delivered;
    }

    /**
     * Records, through an outage of the database for as long as the delivery is ours; after that it
     * is made again.
     */
    private void recordBefore(Instant leaseEnd, ClaimedDelivery delivery, DispatchFlow.Tried tried)
            throws InterruptedException {
        while (true) {
            try {
                flow.record(delivery, tried);
                return;
            } catch (RuntimeException e) {
                if (DatabaseErrors.kindOf(e) != DatabaseErrors.Kind.TRANSIENT
                        || clock.instant().isAfter(leaseEnd)) {
                    throw e;
                }
                LOG.warn(
                        "webhook={} job={} tenant={} record=waiting error={}",
                        delivery.webhookId(),
                        delivery.jobId(),
                        delivery.tenant(),
                        DatabaseErrors.describe(e));
            }
            TimeUnit.MILLISECONDS.sleep(AFTER_TROUBLE.toMillis());
        }
    }

    private void giveBack(ClaimedDelivery delivery, Instant at) {
        try {
            deliveries.release(delivery, at);
        } catch (RuntimeException e) {
            LOG.warn(
                    "webhook={} job={} tenant={} give_back=failed error={}",
                    delivery.webhookId(),
                    delivery.jobId(),
                    delivery.tenant(),
                    DatabaseErrors.describe(e));
        }
    }

    private void say(ClaimedDelivery delivery, DispatchFlow.Tried tried) {
        String word =
                switch (tried.step()) {
                    case NextStep.Delivered() -> "delivered";
                    case NextStep.Retry(Instant at) -> "retry";
                    case NextStep.Exhausted(String reason) -> "exhausted";
                };
        meters.counter("millrace.webhook.attempts", "outcome", word).increment();
        meters.timer("millrace.webhook.attempt.time").record(tried.attempt().duration());
        if (!word.equals("delivered")) {
            LOG.info(
                    "webhook={} job={} tenant={} attempt={} outcome={} status={} error={}",
                    delivery.webhookId(),
                    delivery.jobId(),
                    delivery.tenant(),
                    delivery.attempts() + 1,
                    word,
                    tried.attempt().outcome().statusCode().map(String::valueOf).orElse(""),
                    tried.attempt().outcome().errorWord().orElse(""));
        }
    }

    private void pause(Duration duration) {
        try {
            boolean stopped = stopping.await(duration.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("dispatch=looking_again stopped={}", stopped);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }
}
