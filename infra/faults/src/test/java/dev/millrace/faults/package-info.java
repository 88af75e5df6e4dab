@NullMarked
package dev.millrace.faults;

import org.jspecify.annotations.NullMarked;
