@NullMarked
package dev.millrace.ingress.intake;

import org.jspecify.annotations.NullMarked;
