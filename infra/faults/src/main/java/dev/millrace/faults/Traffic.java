package dev.millrace.faults;

import dev.millrace.job.Messages;
import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Jobs at a steady rate from ten tenants, few of whom send most, with prompts few of which are
 * long; all by seed. A job counts as accepted when the brokers have acknowledged its record, which
 * the producer tries for longer than any outage lasts.
 */
final class Traffic implements AutoCloseable {
    /** Metadata of a job: its mark. */
    static final String MARK = "fault-mark";

    private static final int LONGEST_PROMPT_WORDS = 600;
    private static final String[] WORDS =
            "river carries water past an old mill where wheel turns slowly grain becomes flour people wait for bread"
                    .split(" ", -1);

    private final String run;
    private final int rate;
    private final Random random;
    private final Zipf tenants = new Zipf(StackCatalog.TENANTS.size(), 1.1);
    private final Zipf words = new Zipf(LONGEST_PROMPT_WORDS, 1.2);
    private final KafkaProducer<byte[], byte[]> producer;
    private final Serializer<InferenceJob> serializer;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger garbageSent = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile String lane = StackCatalog.CHAT;
    private volatile double garbageShare;
    private volatile boolean stopping;
    private int next;

    /**
     * @param run the first part of its jobs' marks: letters and digits, of no other run
     */
    Traffic(Connection connection, String run, int rate, long seed) {
        this.run = run;
        this.rate = rate;
        this.random = new Random(seed);
        this.serializer = connection.serializer(Topics.intake(StackCatalog.TENANTS.getFirst()));
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        settings.put("delivery.timeout.ms", "900000");
        settings.put("max.block.ms", "900000");
        settings.put("buffer.memory", "134217728");
        this.producer = new KafkaProducer<>(settings);
        this.thread = Thread.ofPlatform().name("traffic").daemon().unstarted(this::flow);
    }

    Traffic start() {
        thread.start();
        return this;
    }

    int rate() {
        return rate;
    }

    /** From now on jobs ask for this lane. */
    void to(String next) {
        lane = next;
    }

    /** From now on this share of the records, 0 to 1, is no jobs. */
    void garbage(double share) {
        garbageShare = share;
    }

    int garbageSent() {
        return garbageSent.get();
    }

    /** Sends one job more, beside the others. */
    void sendOne(String mark, String forLane, String prompt) {
        send(mark, StackCatalog.TENANTS.getFirst(), job(mark, forLane, prompt));
    }

    /** Marks of the jobs that the brokers have taken. */
    Set<String> accepted() {
        return accepted;
    }

    /** Ends it; returns when all that was sent is acknowledged. */
    void stop() throws InterruptedException {
        stopping = true;
        thread.join(Duration.ofMinutes(16));
        producer.flush();
        if (failure.get() != null || unanswered.get() > 0) {
            throw new IllegalStateException("a job could not be sent", failure.get());
        }
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        producer.close(Duration.ofSeconds(2));
    }

    private void flow() {
        long start = System.nanoTime();
        long sent = 0;
        try {
            while (!stopping) {
                long due = start + sent * TimeUnit.SECONDS.toNanos(1) / rate;
                long wait = due - System.nanoTime();
                if (wait > 0) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                sendNext();
                sent++;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void sendNext() {
        String tenant = StackCatalog.TENANTS.get(tenants.draw(random));
        if (random.nextDouble() < garbageShare) {
            sendGarbage(tenant);
            return;
        }
        String mark = run + "j" + next++;
        send(mark, tenant, job(mark, lane, prompt()));
    }

    private InferenceJob job(String mark, String forLane, String prompt) {
        return InferenceJob.newBuilder()
                .setModel(forLane)
                .setMessages(List.of(Messages.of("user", mark + " " + prompt)))
                .setMaxTokens(64)
                // what a failing provider keeps from ending otherwise ends by its deadline
                .setDeadlineMs(forLane.equals(StackCatalog.FLAKY) ? 120_000L : 3_600_000L)
                .setMetadata(Map.of(MARK, mark))
                .build();
    }

    private void send(String mark, String tenant, InferenceJob job) {
        String topic = Topics.intake(tenant).name();
        send(
                new ProducerRecord<>(topic, serializer.serialize(topic, job)),
                () -> accepted.add(mark));
    }

    private void sendGarbage(String tenant) {
        byte[] bytes = new byte[1 + random.nextInt(400)];
        random.nextBytes(bytes);
        // a first byte of 0 would be the wire format's, and what follows an id nobody knows
        bytes[0] = (byte) (1 + random.nextInt(100));
        send(
                new ProducerRecord<>(Topics.intake(tenant).name(), bytes),
                garbageSent::incrementAndGet);
    }

    private void send(ProducerRecord<byte[], byte[]> record, Runnable acknowledged) {
        unanswered.incrementAndGet();
        var sent =
                producer.send(
                        record,
                        (metadata, error) -> {
                            unanswered.decrementAndGet();
                            if (error == null) {
                                acknowledged.run();
                            } else {
                                failure.compareAndSet(null, error);
                            }
                        });
        if (sent.isCancelled()) {
            throw new IllegalStateException("a job was not sent");
        }
    }

    private String prompt() {
        int length = 4 + words.draw(random);
        StringBuilder prompt = new StringBuilder();
        for (int i = 0; i < length; i++) {
            prompt.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return prompt.toString();
    }
}
