package dev.millrace.ingress.jobs;

import dev.millrace.kit.DeadLetter;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.Headers;

/** Where records go that can never be processed. */
public interface DeadLetters {

    /** Ends within the delivery timeout, always with a value. */
    CompletableFuture<Sent> bury(DeadLetter letter, Headers original);
}
