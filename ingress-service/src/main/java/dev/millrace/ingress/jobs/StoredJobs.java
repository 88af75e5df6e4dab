package dev.millrace.ingress.jobs;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Jobs as the database has them: a little behind what has happened. */
public interface StoredJobs {

    /**
     * The tenant's job of this id; another tenant's is not found.
     *
     * @throws UnavailableException when the database does not answer in time
     */
    Optional<JobView> find(String tenant, String jobId);

    /**
     * Those of these jobs that have ended, by id, whoever's they are.
     *
     * @throws UnavailableException when the database does not answer in time
     */
    Map<String, JobView> findEnded(Collection<String> jobIds);

    /**
     * A page of a tenant's jobs, newest first, without their outputs.
     *
     * @throws UnavailableException when the database does not answer in time
     */
    JobPage list(String tenant, JobQuery query);

    /** The database cannot be asked now. */
    final class UnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public UnavailableException(Throwable cause) {
            super("the jobs table cannot be read now", cause);
        }
    }
}
