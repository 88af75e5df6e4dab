package dev.millrace.workers.llama;

/** On while the request being answered is the one that was last cancelled. */
final class CancelSwitch {

    private volatile String watched = "";
    private volatile String cancelled = "";

    void watch(String id) {
        watched = id;
    }

    void cancel(String id) {
        cancelled = id;
    }

    boolean isOn() {
        return !watched.isEmpty() && watched.equals(cancelled);
    }
}
