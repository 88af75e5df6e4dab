/** Back out: receipts for waiting callers, results to tenants' reply topics. */
@NullMarked
package dev.millrace.ingress.replies;

import org.jspecify.annotations.NullMarked;
