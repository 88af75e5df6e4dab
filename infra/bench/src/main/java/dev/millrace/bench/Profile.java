package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a process's Java code spends its processor time. Each sample counts for the innermost frame
 * that is not the JDK's own: so a hash computed for Avro counts for Avro.
 */
final class Profile {
    private static final int PACKAGE_DEPTH = 4;
    private static final List<String> JDK = List.of("java.", "jdk.", "sun.", "javax.", "com.sun.");

    private final Map<String, Integer> byOwner = new HashMap<>();
    private final Map<String, Integer> byMethod = new HashMap<>();
    private int samples;

    /** A part of all samples. */
    record Share(String name, double percent) {}

    static Profile read(Path recording) throws IOException {
        Profile profile = new Profile();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals(Profiler.SAMPLE)
                        && event.getStackTrace() != null) {
                    profile.add(
                            event.getStackTrace().getFrames().stream()
                                    .filter(RecordedFrame::isJavaFrame)
                                    .map(Profile::name)
                                    .toList());
                }
            }
        }
        return profile;
    }

    /**
     * @param frames {@code package.Class#method}, the innermost first
     */
    void add(Collection<String> frames) {
        if (frames.isEmpty()) {
            return;
        }
        samples++;
        String owner =
                frames.stream()
                        .filter(frame -> JDK.stream().noneMatch(frame::startsWith))
                        .findFirst()
                        .orElse("the JDK by itself#");
        byOwner.merge(packageOf(owner), 1, Integer::sum);
        byMethod.merge(owner, 1, Integer::sum);
    }

    int samples() {
        return samples;
    }

    /** The packages with the largest shares. */
    List<Share> packages(int most) {
        return largest(byOwner, most);
    }

    /** The methods with the largest shares, each with the JDK's code that it called. */
    List<Share> methods(int most) {
        return largest(byMethod, most);
    }

    private List<Share> largest(Map<String, Integer> counts, int most) {
        return counts.entrySet().stream()
                .sorted(
                        Comparator.<Map.Entry<String, Integer>>comparingInt(Map.Entry::getValue)
                                .reversed()
                                .thenComparing(Map.Entry::getKey))
                .limit(most)
                .map(each -> new Share(each.getKey(), 100.0 * each.getValue() / samples))
                .toList();
    }

    private static String name(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "#" + frame.getMethod().getName();
    }

    private static String packageOf(String frame) {
        String type = frame.substring(0, frame.indexOf('#'));
        List<String> parts = new ArrayList<>(List.of(type.split("\\.", -1)));
        if (parts.size() > 1) {
            parts.removeLast();
        }
        return parts.stream().limit(PACKAGE_DEPTH).collect(Collectors.joining("."));
    }
}
