@NullMarked
package dev.millrace.classifier;

import org.jspecify.annotations.NullMarked;
