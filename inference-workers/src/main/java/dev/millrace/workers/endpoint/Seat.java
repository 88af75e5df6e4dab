package dev.millrace.workers.endpoint;

/** A server and a key for one call. */
public final class Seat {
    private final Visit visit;
    private final Endpoint endpoint;
    private final ApiKey key;

    Seat(Visit visit, Endpoint endpoint, ApiKey key) {
        this.visit = visit;
        this.endpoint = endpoint;
        this.key = key;
    }

    /** Its place among {@link Endpoints#urls}. */
    public int server() {
        return endpoint.index();
    }

    public ApiKey key() {
        return key;
    }

    String endpoint() {
        return endpoint.name();
    }

    /** To be called once, when the call is over. */
    public void end(Verdict verdict, long inputTokens, long outputTokens) {
        endpoint.ended();
        switch (verdict) {
            case Verdict.Answered answered -> {
                endpoint.breaker().succeeded();
                endpoint.keys().worked(key);
                visit.answered();
            }
            case Verdict.Failed failed -> {
                endpoint.breaker().failed();
                visit.leave(this);
            }
            case Verdict.RateLimited limited -> {
                endpoint.breaker().release();
                endpoint.keys().limited(key, limited.retryAfter(), visit.endpoints().now());
            }
            case Verdict.KeyRefused refused -> {
                endpoint.breaker().release();
                refuseKey();
            }
            case Verdict.Forbidden forbidden -> {
                endpoint.breaker().release();
                visit.forbidden(this);
            }
            case Verdict.Undecided undecided -> endpoint.breaker().release();
        }
        visit.endpoints().ended(this, verdict, inputTokens, outputTokens);
    }

    void refuseKey() {
        endpoint.keys().refused(key, visit.endpoints().now());
    }
}
