package dev.millrace.workers.engine;

import dev.millrace.catalog.EngineSpec;

/** Makes the engine that a catalog entry asks for. */
@FunctionalInterface
public interface EngineStarter {

    /**
     * Blocks until the engine can take work.
     *
     * @throws EngineUnavailableException saying what is missing; nothing is left behind
     */
    Engine start(EngineSpec spec) throws EngineUnavailableException, InterruptedException;

    /** An engine cannot start now; the message says why and names no secret. */
    final class EngineUnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        public EngineUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }

        public EngineUnavailableException(String message) {
            super(message);
        }
    }
}
