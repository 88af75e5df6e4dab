@NullMarked
package dev.millrace.ingress.loop;

import org.jspecify.annotations.NullMarked;
