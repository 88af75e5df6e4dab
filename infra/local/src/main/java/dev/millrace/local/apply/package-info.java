@NullMarked
package dev.millrace.local.apply;

import org.jspecify.annotations.NullMarked;
