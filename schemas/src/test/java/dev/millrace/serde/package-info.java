@NullMarked
package dev.millrace.serde;

import org.jspecify.annotations.NullMarked;
