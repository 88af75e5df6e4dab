@NullMarked
package dev.millrace.ingress.reading;

import org.jspecify.annotations.NullMarked;
