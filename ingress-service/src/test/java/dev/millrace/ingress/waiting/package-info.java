@NullMarked
package dev.millrace.ingress.waiting;

import org.jspecify.annotations.NullMarked;
