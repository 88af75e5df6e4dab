package dev.millrace.topics;

/** Headers of a record on a lane, so that a worker need not decode it to know. UTF-8 text. */
public final class LaneHeaders {
    /** The job's tenant: workers are fair between tenants. */
    public static final String TENANT = "mr-tenant";

    private LaneHeaders() {}
}
