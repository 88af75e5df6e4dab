package dev.millrace.workers.chat;

import dev.millrace.workers.endpoint.Verdict;
import dev.millrace.workers.engine.EngineResult;

/**
 * What one call came to.
 *
 * @param result for the job
 * @param verdict on the server and the key
 */
record CallEnd(EngineResult result, Verdict verdict) {

    /** The server did what a server does. */
    static CallEnd answered(EngineResult result) {
        return new CallEnd(result, new Verdict.Answered());
    }

    /** The server is at fault. */
    static CallEnd failed(EngineResult result) {
        return new CallEnd(result, new Verdict.Failed());
    }

    /** Whether the job is no worse off with another server or key: nothing was done for it yet. */
    boolean isWorthAnotherSeat() {
        return switch (verdict) {
            case Verdict.RateLimited limited -> true;
            case Verdict.KeyRefused refused -> true;
            case Verdict.Forbidden forbidden -> true;
            case Verdict.Failed failed -> result instanceof EngineResult.Unavailable;
            case Verdict.Answered answered -> false;
            case Verdict.Undecided undecided -> false;
        };
    }
}
