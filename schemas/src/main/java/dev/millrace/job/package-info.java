/** What every service asks of a job's content. */
@NullMarked
package dev.millrace.job;

import org.jspecify.annotations.NullMarked;
