/** Apicurio Registry, as a child process on loopback. */
@NullMarked
package dev.millrace.stack.registry;

import org.jspecify.annotations.NullMarked;
