package dev.millrace.faults;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits that end. */
final class Waiting {
    private static final long LOOK_MS = 100;

    /**
     * Returns when it is so. What throws is looked at again: while things are dead, questions fail.
     *
     * @throws TimeoutException saying what was waited for
     */
    static void until(String what, Duration limit, Callable<Boolean> so)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + limit.toNanos();
        Exception last = null;
        while (true) {
            try {
                if (so.call()) {
                    return;
                }
                last = null;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() > end) {
                throw new TimeoutException(
                        "%s: not so after %d s%s"
                                .formatted(
                                        what, limit.toSeconds(), last == null ? "" : ": " + last));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private Waiting() {}
}
