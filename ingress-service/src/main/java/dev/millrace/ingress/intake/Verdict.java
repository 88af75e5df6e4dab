package dev.millrace.ingress.intake;

import dev.millrace.ingress.reading.Reading;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.v1.JobCommand;

/** What becomes of an intake record. */
public sealed interface Verdict {

    /** On to admission: a job, or the refusal of one. */
    record Forward(JobCommand command, TraceContext trace) implements Verdict {}

    /**
     * To the dead letters: it can never be read.
     *
     * @param reason a short stable word, then detail; no content
     */
    record Bury(String reason, int attempts) implements Verdict {}

    /** Not now: its partition waits, the others go on. */
    record Hold(Cause cause) implements Verdict {}

    /** Why a partition waits. */
    enum Cause {
        /** The topic's tenant is not in the catalog, which may be late. */
        UNKNOWN_TENANT,
        /** The registry does not know the record's schema: in its grace period. */
        UNKNOWN_SCHEMA,
        /** So many schemas are unknown that it must be the registry that is broken. */
        HALTED,
        /** The registry cannot be asked. */
        REGISTRY_DOWN,
        /** The registry refuses our credentials. */
        REGISTRY_REFUSES,
        /** The broker cannot be asked, or does not take the record. */
        BROKER_DOWN;

        static Cause of(Reading.Why why) {
            return switch (why) {
                case UNKNOWN_SCHEMA -> UNKNOWN_SCHEMA;
                case HALTED -> HALTED;
                case REGISTRY_DOWN -> REGISTRY_DOWN;
                case REGISTRY_REFUSES -> REGISTRY_REFUSES;
            };
        }
    }

    /** Waits for what the reading waits for. */
    static Hold hold(Reading.Why why) {
        return new Hold(Cause.of(why));
    }
}
