package dev.millrace.ingress.replies;

import dev.millrace.v1.Receipt;
import dev.millrace.v1.Source;
import java.time.Duration;
import java.util.Optional;

/** Admission's answers to this instance's callers. */
public interface Receipts {

    /** Begins to wait for the answer to a job that is about to be sent. Close it when done. */
    Expected expect(String jobId);

    /** One caller's wait. */
    interface Expected extends AutoCloseable {

        /** The return address that the job must carry. */
        Source source();

        /** The answer, or empty when none came in time. */
        Optional<Receipt> await(Duration patience);

        @Override
        void close();
    }
}
