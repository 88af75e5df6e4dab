@NullMarked
package dev.millrace.local.supervise;

import org.jspecify.annotations.NullMarked;
