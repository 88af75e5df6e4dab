package dev.millrace.topics;

import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecord;

/**
 * A topic and the record it carries. Keys are plain UTF-8 everywhere.
 *
 * @param name the topic's full name, legal for Kafka
 * @param value the Avro record class of its values
 */
public record Topic<V extends SpecificRecord>(String name, Class<V> value) {
    private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    public Topic {
        if (!LEGAL.matcher(name).matches()) {
            throw new IllegalArgumentException("topic=" + name + " is not a legal topic name");
        }
    }

    /** The schema registry subject of the values: topic name strategy. */
    public String subject() {
        return name + "-value";
    }

    @Override
    public String toString() {
        return name;
    }
}
