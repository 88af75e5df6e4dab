package dev.millrace.bench.child;

import dev.millrace.kit.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A worker as it would be with a share group (KIP-932): nothing but slots. Ends when its input
 * does.
 *
 * <p>Arguments: bootstrap servers, registry, lane, slots, whether it renews locks.
 */
public final class ShareMain {

    /** The share group of a lane. */
    public static String group(String lane) {
        return "millrace-share-" + lane;
    }

    public static void main(String[] args) throws InterruptedException, IOException {
        Connection connection = Connection.to(args[0], args[1]);
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        CountDownLatch stopping = new CountDownLatch(1);
        List<Thread> slots = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
            for (int n = 0; n < Integer.parseInt(args[3]); n++) {
                ShareSlot slot =
                        new ShareSlot(
                                connection,
                                args[2],
                                producer,
                                Boolean.parseBoolean(args[4]),
                                stopping);
                slots.add(Thread.ofPlatform().name("slot-" + n).start(slot));
            }
            Parent.tellReady();
            Parent.awaitEnd();
            stopping.countDown();
            for (Thread slot : slots) {
                slot.join(TimeUnit.SECONDS.toMillis(3));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private ShareMain() {}
}
