package dev.millrace.stack.testing;

/** One real server of a test. Ports and data stay the same however often it is restarted. */
public interface TestServer {

    /** Starts it and returns when it is ready; does nothing when it runs. */
    void start();

    /** Stops it in good order; does nothing when it does not run. */
    void stop();

    /** Kills it with SIGKILL; does nothing when it does not run. */
    void kill();

    boolean isRunning();
}
