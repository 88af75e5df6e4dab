@NullMarked
package dev.millrace.ingress.broker;

import org.jspecify.annotations.NullMarked;
