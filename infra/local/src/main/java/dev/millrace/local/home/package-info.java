@NullMarked
package dev.millrace.local.home;

import org.jspecify.annotations.NullMarked;
