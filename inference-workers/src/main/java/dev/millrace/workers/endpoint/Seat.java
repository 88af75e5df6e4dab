package dev.millrace.workers.endpoint;

import dev.millrace.workers.engine.TokenCounts;

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

    /** Where nothing but input and output was counted. */
    void end(Verdict verdict, long inputTokens, long outputTokens) {
        end(verdict, TokenCounts.reported(inputTokens, 0, outputTokens, 0));
    }

    /** To be called once, when the call is over. */
    public void end(Verdict verdict, TokenCounts tokens) {
        endpoint.ended();
        endpoint.keys()
                .budget(key)
                .spent(tokens.input() + tokens.output(), visit.endpoints().now());
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
        visit.endpoints().ended(this, verdict, tokens);
    }

    void refuseKey() {
        endpoint.keys().refused(key, visit.endpoints().now());
    }
}
