/** API keys that tenants make for themselves: their form, where they are kept, what they may do. */
@NullMarked
package dev.millrace.ingress.keys;

import org.jspecify.annotations.NullMarked;
