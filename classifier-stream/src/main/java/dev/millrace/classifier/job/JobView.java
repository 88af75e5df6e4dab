package dev.millrace.classifier.job;

import java.util.Optional;

/** What is known before a step: reading it changes nothing. */
public interface JobView {
    Optional<Job> find(JobId id);

    TenantLoad load(String tenant);
}
