package dev.millrace.stack.model;

import java.time.Duration;

/** Sees the model server's calls as they come and go, from several threads at once. */
public interface CallWatch {
    /** Sees nothing, delays nothing. */
    CallWatch NONE =
            new CallWatch() {
                @Override
                public Duration began(String question) {
                    return Duration.ZERO;
                }

                @Override
                public void ended(String question) {}
            };

    /**
     * A call has come.
     *
     * @param question the text of its last message
     * @return how much longer than others it takes
     */
    Duration began(String question);

    /** That call is over, answered or not. */
    void ended(String question);
}
