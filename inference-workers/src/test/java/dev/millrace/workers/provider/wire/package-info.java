/** What providers say on the wire, written after their public documentation. */
@NullMarked
package dev.millrace.workers.provider.wire;

import org.jspecify.annotations.NullMarked;
