/** From tenants' intake topics to the jobs topic, at least once. */
@NullMarked
package dev.millrace.ingress.intake;

import org.jspecify.annotations.NullMarked;
