/**
 * The one trust boundary: jobs in by topic and HTTP, replies and answers out. Read {@code
 * IngressFlow} first.
 */
@NullMarked
package dev.millrace.ingress;

import org.jspecify.annotations.NullMarked;
