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
        boolean ready, long supervisorPid, List<Service> services, @Nullable String error) {

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

    /** The supervisor that wrote this is still there. */
    public boolean alive() {
        return ProcessHandle.of(supervisorPid).filter(ProcessHandle::isAlive).isPresent();
    }
}
