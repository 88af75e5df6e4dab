package dev.millrace.local.supervise;

import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import dev.millrace.local.home.Pids;
import dev.millrace.local.home.StackState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keeps {@code run/state.json} and {@code run/pids.json} true. */
final class StateBoard {
    private final Home home;
    private final List<Supervised> children = new CopyOnWriteArrayList<>();
    private boolean complete;
    private @Nullable String error;

    StateBoard(Home home) {
        this.home = home;
    }

    void add(Supervised child) {
        children.add(child);
        publish();
    }

    void remove(Supervised child) {
        children.remove(child);
        publish();
    }

    List<Supervised> children() {
        return List.copyOf(children);
    }

    /** Everything was started once: from now on the stack is ready whenever all of it runs. */
    synchronized void complete() {
        complete = true;
        publish();
    }

    synchronized void failed(String why) {
        error = why;
        publish();
    }

    synchronized void publish() {
        boolean ready = complete && children.stream().allMatch(Supervised::isRunning);
        JsonFile.write(
                home.stateFile(),
                StackState.ofThisProcess(
                        ready, children.stream().map(Supervised::snapshot).toList(), error));
        List<Pids.Entry> pids = new ArrayList<>();
        pids.add(Pids.Entry.of("supervisor", ProcessHandle.current(), null));
        children.forEach(child -> child.pid().ifPresent(pids::add));
        Pids.write(home, pids);
    }
}
