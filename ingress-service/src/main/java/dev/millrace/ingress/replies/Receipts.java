package dev.millrace.ingress.replies;

import dev.millrace.v1.Receipt;
import dev.millrace.v1.Source;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Admission's answers to this instance's callers. */
public interface Receipts {

    /** Begins to wait for the answer to a job that is about to be sent. Close it when done. */
    Expected expect(String jobId);

    /** One caller's wait. */
    interface Expected extends AutoCloseable {

        /** The return address that the job must carry. */
        Source source();

        /** Hands over the answer when it comes, on the reader's thread; never where none comes. */
        void whenHere(Consumer<Receipt> listener);

        /** The answer, or empty when none came in time. */
        Optional<Receipt> await(Duration patience);

        @Override
        void close();
    }
}
