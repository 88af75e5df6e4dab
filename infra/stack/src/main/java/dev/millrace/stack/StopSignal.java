package dev.millrace.stack;

/** The signal that asks a server to stop in good order. */
public enum StopSignal {
    /** What most servers expect. */
    TERM,
    /** PostgreSQL's fast shutdown; on TERM it would wait for its clients to leave. */
    INT
}
