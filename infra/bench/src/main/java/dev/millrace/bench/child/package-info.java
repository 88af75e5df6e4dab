/** What the benchmarks run as processes of their own. */
@NullMarked
package dev.millrace.bench.child;

import org.jspecify.annotations.NullMarked;
