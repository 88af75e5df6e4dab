package dev.millrace.workers.llama.binding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last errors that llama.cpp logged; everything below an error is dropped. */
final class NativeLog {

    static final int ERROR = 4;

    private static final int LONGEST_LINE = 1024;
    private static final int MOST_LINES = 8;

    private final Deque<String> lines = new ArrayDeque<>();

    /** Called by native code, so nothing may be thrown from here: that would end the process. */
    @SuppressWarnings("unused")
    void line(int level, MemorySegment text, MemorySegment unused) {
        if (level != ERROR) {
            return;
        }
        byte[] bytes = new byte[LONGEST_LINE];
        MemorySegment readable = text.reinterpret(Long.MAX_VALUE);
        int length = 0;
        while (length < bytes.length) {
            byte b = readable.get(ValueLayout.JAVA_BYTE, length);
            if (b == 0) {
                break;
            }
            bytes[length++] = b;
        }
        String error = new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
        // The worker keeps the last lines: they tell why, should the process abort next.
        System.err.println(error);
        add(error);
    }

    private synchronized void add(String line) {
        if (lines.size() == MOST_LINES) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }

    synchronized String lastErrors() {
        return String.join("; ", lines);
    }
}
