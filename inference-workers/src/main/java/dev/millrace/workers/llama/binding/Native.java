package dev.millrace.workers.llama.binding;

/** Calls through method handles, which are declared to throw anything and throw nothing. */
final class Native {

    private Native() {}

    @FunctionalInterface
    interface Function<T> {
        T call() throws Throwable;
    }

    @FunctionalInterface
    interface Procedure {
        void run() throws Throwable;
    }

    static <T> T call(Function<T> function) {
        try {
            return function.call();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void run(Procedure procedure) {
        try {
            procedure.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
