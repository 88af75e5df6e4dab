package dev.millrace.workers.endpoint;

import java.time.Duration;
import java.util.Optional;

/** What a call says about the server and the key that it was made with. */
public sealed interface Verdict {

    /** The server did its work, though it may have refused the request for what is in it. */
    record Answered() implements Verdict {}

    /** The server is at fault: it was not there, broke off, took too long or answered nonsense. */
    record Failed() implements Verdict {}

    /**
     * Too much was asked of the server with this key.
     *
     * @param retryAfter what the server asked to wait
     */
    record RateLimited(Optional<Duration> retryAfter) implements Verdict {}

    /** The server does not know the key. */
    record KeyRefused() implements Verdict {}

    /** The server does not let this key do this: the key's fault, or the request's. */
    record Forbidden() implements Verdict {}

    /** The call was ended from here and says nothing. */
    record Undecided() implements Verdict {}

    /** As meters say it. */
    default String word() {
        return switch (this) {
            case Answered answered -> "answered";
            case Failed failed -> "failed";
            case RateLimited limited -> "rate_limited";
            case KeyRefused refused -> "unauthorized";
            case Forbidden forbidden -> "forbidden";
            case Undecided undecided -> "stopped";
        };
    }
}
