@NullMarked
package dev.millrace.ingress.check;

import org.jspecify.annotations.NullMarked;
