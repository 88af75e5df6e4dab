/**
 * One adapter for each wire format that models are served with, over LangChain4j where it has the
 * format. An adapter makes a call on the calling thread and tells what comes; everything around the
 * call is the chat engine's.
 */
@NullMarked
package dev.millrace.workers.provider;

import org.jspecify.annotations.NullMarked;
