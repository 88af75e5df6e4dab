package dev.millrace.ingress.jobs;

import java.util.Optional;

/** Jobs as the database has them: a little behind what has happened. */
public interface StoredJobs {

    /**
     * The tenant's job of this id; another tenant's is not found.
     *
     * @throws UnavailableException when the database does not answer in time
     */
    Optional<JobView> find(String tenant, String jobId);

    /** The database cannot be asked now. */
    final class UnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public UnavailableException(Throwable cause) {
            super("the jobs table cannot be read now", cause);
        }
    }
}
