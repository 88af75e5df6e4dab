@NullMarked
package dev.millrace.ingress.replies;

import org.jspecify.annotations.NullMarked;
