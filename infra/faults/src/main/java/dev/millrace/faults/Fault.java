package dev.millrace.faults;

import java.time.Duration;

/**
 * One kind of harm and what it may cost.
 *
 * @param rounds how often it strikes
 * @param quickRounds the same with {@code --short}
 * @param seconds how long what has a length lasts; 0 where nothing has
 * @param quickSeconds the same with {@code --short}
 * @param limit the longest recovery
 * @param flow what has to flow again
 * @param mayRerun whether jobs that are on their way when it strikes may run twice
 * @param before makes the stack ready for it, before jobs flow
 * @param blow strikes once; returns when nothing more is done to the stack
 * @param after undoes {@code before}
 */
record Fault(
        String name,
        int rounds,
        int quickRounds,
        int seconds,
        int quickSeconds,
        Duration limit,
        Flow flow,
        boolean mayRerun,
        Step before,
        Blow blow,
        Step after) {

    /** What stops when it strikes and must come back. */
    enum Flow {
        RESULTS,
        USAGE,
        ROWS
    }

    /** Strikes. */
    @FunctionalInterface
    interface Blow {
        /**
         * @throws BrokenException where the stack does at once what it must not
         */
        Strike strike(Scene scene) throws Exception;
    }

    /** A change of the stack around a fault. */
    @FunctionalInterface
    interface Step {
        Step NONE = scene -> {};

        void take(Scene scene) throws Exception;
    }

    /** A promise is broken; the message says which. */
    static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        BrokenException(String message) {
            super(message);
        }
    }

    static Fault of(String name, int rounds, int quickRounds, Blow blow) {
        return new Fault(
                name,
                rounds,
                quickRounds,
                0,
                0,
                Duration.ofSeconds(30),
                Flow.RESULTS,
                true,
                Step.NONE,
                blow,
                Step.NONE);
    }

    Fault lasting(int usual, int whenQuick) {
        return new Fault(
                name,
                rounds,
                quickRounds,
                usual,
                whenQuick,
                limit,
                flow,
                mayRerun,
                before,
                blow,
                after);
    }

    Fault within(Duration longest) {
        return new Fault(
                name,
                rounds,
                quickRounds,
                seconds,
                quickSeconds,
                longest,
                flow,
                mayRerun,
                before,
                blow,
                after);
    }

    Fault stopping(Flow what) {
        return new Fault(
                name,
                rounds,
                quickRounds,
                seconds,
                quickSeconds,
                limit,
                what,
                mayRerun,
                before,
                blow,
                after);
    }

    Fault withoutReruns() {
        return new Fault(
                name,
                rounds,
                quickRounds,
                seconds,
                quickSeconds,
                limit,
                flow,
                false,
                before,
                blow,
                after);
    }

    Fault between(Step first, Step last) {
        return new Fault(
                name,
                rounds,
                quickRounds,
                seconds,
                quickSeconds,
                limit,
                flow,
                mayRerun,
                first,
                blow,
                last);
    }
}
