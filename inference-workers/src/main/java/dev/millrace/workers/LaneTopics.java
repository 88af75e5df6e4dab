package dev.millrace.workers;

import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The topics of one lane, and which band each carries. */
final class LaneTopics {
    private final Map<String, Band> bands = new HashMap<>();

    LaneTopics(String lane) {
        Arrays.stream(Band.values())
                .forEach(band -> bands.put(Topics.lane(lane, band).name(), band));
    }

    List<String> names() {
        return bands.keySet().stream().sorted().toList();
    }

    Band band(String topic) {
        @Nullable Band band = bands.get(topic);
        if (band == null) {
            throw new IllegalArgumentException("topic=" + topic + " is none of the lane's");
        }
        return band;
    }
}
