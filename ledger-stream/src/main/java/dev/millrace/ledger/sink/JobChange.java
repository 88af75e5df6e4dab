package dev.millrace.ledger.sink;

import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.Receipt;

/** What a record says about a job's row. */
public sealed interface JobChange {

    /** Admission took the job. */
    record Accepted(String jobId, String tenant, Receipt receipt) implements JobChange {}

    /** The job ended. */
    record Ended(InferenceResult result) implements JobChange {}

    /** Nothing: a refusal, a repeated receipt, or a result on its way to a waiting caller. */
    record Irrelevant() implements JobChange {}
}
