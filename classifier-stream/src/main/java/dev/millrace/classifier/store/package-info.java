/** Where jobs are remembered: the named stores, their formats, and the index of what is due. */
@NullMarked
package dev.millrace.classifier.store;

import org.jspecify.annotations.NullMarked;
