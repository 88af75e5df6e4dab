/**
 * The rules that read a prompt: what it is about and how hard it is. Pure, bounded, linear in the
 * text.
 */
@NullMarked
package dev.millrace.classifier.rules;

import org.jspecify.annotations.NullMarked;
