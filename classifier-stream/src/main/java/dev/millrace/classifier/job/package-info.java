/** What the classifier knows of a job, and what a step may do to it. Values only. */
@NullMarked
package dev.millrace.classifier.job;

import org.jspecify.annotations.NullMarked;
