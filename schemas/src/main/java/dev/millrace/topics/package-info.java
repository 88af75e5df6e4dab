@NullMarked
package dev.millrace.topics;

import org.jspecify.annotations.NullMarked;
