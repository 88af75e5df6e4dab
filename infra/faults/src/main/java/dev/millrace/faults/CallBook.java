package dev.millrace.faults;

import dev.millrace.stack.model.CallWatch;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often the model was called for each job, as the provider sees it. A job's mark is the first
 * word of its prompt.
 */
final class CallBook implements CallWatch {
    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private final Map<String, Duration> longer = new ConcurrentHashMap<>();

    /** This job's calls take so much longer. */
    void delay(String mark, Duration time) {
        longer.put(mark, time);
    }

    int calls(String mark) {
        return calls.getOrDefault(mark, 0);
    }

    @Override
    public Duration began(String question) {
        String mark = mark(question);
        calls.merge(mark, 1, Integer::sum);
        return longer.getOrDefault(mark, Duration.ZERO);
    }

    @Override
    public void ended(String question) {}

    private static String mark(String question) {
        int end = question.indexOf(' ');
        return end < 0 ? question : question.substring(0, end);
    }
}
