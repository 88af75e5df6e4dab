/** Reading bytes from topics: what is a bad record, and what is a registry that is not there. */
@NullMarked
package dev.millrace.ingress.reading;

import org.jspecify.annotations.NullMarked;
