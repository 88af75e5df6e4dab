@NullMarked
package dev.millrace.ingress.jobs;

import org.jspecify.annotations.NullMarked;
