/** The running service: how it is put together, when it starts, and whether it works. */
@NullMarked
package dev.millrace.classifier.service;

import org.jspecify.annotations.NullMarked;
