/** The Jobs API: requests, answers and problems. */
@NullMarked
package dev.millrace.ingress.http;

import org.jspecify.annotations.NullMarked;
