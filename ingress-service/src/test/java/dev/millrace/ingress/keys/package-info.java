@NullMarked
package dev.millrace.ingress.keys;

import org.jspecify.annotations.NullMarked;
