package dev.millrace.ingress.replies;

import dev.millrace.v1.InferenceResult;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One result on its way to one reply topic.
 *
 * @param source the record that the result was read from
 * @param strikes how often the destination was at fault
 */
record Delivery(
        ConsumerRecord<byte[], byte[]> source, InferenceResult result, String reply, int strikes) {

    Delivery struck() {
        return new Delivery(source, result, reply, strikes + 1);
    }
}
