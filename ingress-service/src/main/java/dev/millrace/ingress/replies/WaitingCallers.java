package dev.millrace.ingress.replies;

import dev.millrace.v1.IngressReply;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Who waits for a receipt. A job's return address names the instance (as its topic) and the
 * request's running number (as its offset), and its receipt carries the address back. So two
 * callers who send different bodies under one key at the same moment, and so under one job id, each
 * get their own answer.
 */
public final class WaitingCallers implements Receipts {
    private final String instance;
    private final int bound;
    private final AtomicLong lastNumber;
    private final Map<Long, Wait> waiting = new ConcurrentHashMap<>();
    private volatile int replyPartition;

    /**
     * @param instance this instance's name; no other that runs now may have it
     * @param bound how many may wait; further callers get no receipt and are told that their job is
     *     queued
     * @param firstNumber of requests; another one after each start, so that no late receipt meets a
     *     new caller
     */
    public WaitingCallers(String instance, int bound, long firstNumber) {
        this.instance = instance;
        this.bound = bound;
        this.lastNumber = new AtomicLong(firstNumber);
    }

    /** The partition of the replies topic that this instance reads. */
    public void listenOn(int partition) {
        replyPartition = partition;
    }

    @Override
    public Expected expect(String jobId) {
        Wait wait = new Wait(jobId, lastNumber.incrementAndGet() & Long.MAX_VALUE);
        if (waiting.size() < bound) {
            waiting.put(wait.number, wait);
        } else {
            wait.receipt.complete(Optional.empty());
        }
        return wait;
    }

    /** Hands a receipt to the caller that it is for; anything else is nobody's here. */
    public void deliver(IngressReply reply) {
        if (reply.getBody() instanceof Receipt receipt) {
            addressees(receipt)
                    .filter(wait -> wait.jobId.equals(reply.getJobId()))
                    .forEach(wait -> wait.receipt.complete(Optional.of(receipt)));
        }
    }

    public int size() {
        return waiting.size();
    }

    /** One by its number, or all where the receipt does not say who asked. */
    private Stream<Wait> addressees(Receipt receipt) {
        if (receipt.getSource().isEmpty()) {
            return waiting.values().stream();
        }
        Source source = receipt.getSource().get();
        boolean ours = source.getTopic().filter(instance::equals).isPresent();
        return ours ? source.getOffset().map(waiting::get).stream() : Stream.empty();
    }

    private final class Wait implements Expected {
        private final String jobId;
        private final long number;
        private final CompletableFuture<Optional<Receipt>> receipt = new CompletableFuture<>();

        Wait(String jobId, long number) {
            this.jobId = jobId;
            this.number = number;
        }

        @Override
        public Source source() {
            return Source.newBuilder()
                    .setKind(SourceKind.HTTP)
                    .setReplyPartition(replyPartition)
                    .setTopic(instance)
                    .setOffset(number)
                    .build();
        }

        @Override
        public void whenHere(Consumer<Receipt> listener) {
            receipt.thenAccept(word -> word.ifPresent(listener));
        }

        @Override
        public Optional<Receipt> await(Duration patience) {
            try {
                return receipt.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a wait is only ever completed with a value", e);
            }
        }

        @Override
        public void close() {
            waiting.remove(number);
        }
    }
}
