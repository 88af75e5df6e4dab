package dev.millrace.classifier.job;

import dev.millrace.v1.Usage;

/**
 * An outcome that changed nothing: work that was done twice, or for a job that had ended.
 *
 * @param why closed, stale or unknown where work was done again; cancelled where it was stopped
 */
public record Waste(String lane, String why, Usage usage) {}
