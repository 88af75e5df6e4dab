package dev.millrace.local.home;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code run/state.json}: what the supervisor knows, for {@code status} and for {@code up} while it
 * waits.
 *
 * @param error why the start failed, or null
 */
public record StackState(
        boolean ready,
        long supervisorPid,
        long supervisorStarted,
        List<Service> services,
        @Nullable String error) {

    /**
     * One supervised process.
     *
     * @param state waiting, starting, running, restarting, stopping, stopped or failed
     * @param readyMs how long its last start took
     */
    public record Service(
            String name,
            long pid,
            String state,
            int restarts,
            @Nullable String url,
            @Nullable String lane,
            long readyMs) {}

    public static Optional<StackState> read(Home home) {
        return JsonFile.read(home.stateFile(), new TypeReference<>() {});
    }

    /** The state of the supervisor that runs as this process. */
    public static StackState ofThisProcess(
            boolean ready, List<Service> services, @Nullable String error) {
        ProcessHandle self = ProcessHandle.current();
        return new StackState(ready, self.pid(), Liveness.startOf(self), services, error);
    }

    /** The supervisor that wrote this, while it is there. */
    public Optional<ProcessHandle> supervisor() {
        return Liveness.of(supervisorPid, supervisorStarted);
    }

    public boolean alive() {
        return supervisor().isPresent();
    }
}
