/** What tests start from. */
@NullMarked
package dev.millrace.classifier.given;

import org.jspecify.annotations.NullMarked;
