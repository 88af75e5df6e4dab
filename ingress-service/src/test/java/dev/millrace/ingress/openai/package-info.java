@NullMarked
package dev.millrace.ingress.openai;

import org.jspecify.annotations.NullMarked;
