package dev.millrace.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** How one server is prepared, started, probed and stopped as a child process. */
public interface ServerSpec {

    /** Short and unique within a stack, such as {@code broker}; names its log and its caches. */
    String name();

    /**
     * Makes everything ready that the command needs: directories, first-time initialisation, what a
     * killed predecessor left behind. Called before each start, bounded in time, safe to repeat.
     *
     * @throws ServerStartException when it cannot be done, saying what is missing
     */
    default void prepare() throws InterruptedException {}

    /** The command line, asked for anew at each start. */
    List<String> command();

    /** Set on top of the environment that the child inherits. */
    default Map<String, String> environment() {
        return Map.of();
    }

    Path workingDirectory();

    /** Where standard output and error are appended. */
    Path log();

    /** One probe of at most about a second: is the server serving? Never throws. */
    boolean isReady();

    /** How long after its start it may take until {@link #isReady()}. */
    default Duration startTimeout() {
        return Duration.ofSeconds(90);
    }

    /** What asks the server to stop in good order. */
    default StopSignal stopSignal() {
        return StopSignal.TERM;
    }

    /** How long it may take to stop before it is killed. */
    default Duration stopTimeout() {
        return Duration.ofSeconds(30);
    }
}
