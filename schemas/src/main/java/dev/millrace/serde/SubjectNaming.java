package dev.millrace.serde;

import org.apache.kafka.common.config.ConfigException;

/** Confluent's three ways of naming the subject under which a record's schema is registered. */
enum SubjectNaming {
    TOPIC("TopicNameStrategy") {
        @Override
        String subject(String topic, boolean isKey, String record) {
            return topic + (isKey ? "-key" : "-value");
        }
    },
    RECORD("RecordNameStrategy") {
        @Override
        String subject(String topic, boolean isKey, String record) {
            return record;
        }
    },
    TOPIC_AND_RECORD("TopicRecordNameStrategy") {
        @Override
        String subject(String topic, boolean isKey, String record) {
            return topic + "-" + record;
        }
    };

    private final String strategy;

    SubjectNaming(String strategy) {
        this.strategy = strategy;
    }

    abstract String subject(String topic, boolean isKey, String record);

    static SubjectNaming from(Config config, boolean isKey) {
        String name = (isKey ? "key" : "value") + ".subject.name.strategy";
        String wanted = config.text(name).orElse(TOPIC.strategy);
        String simple = wanted.substring(wanted.lastIndexOf('.') + 1);
        for (SubjectNaming naming : values()) {
            if (naming.strategy.equals(simple)) {
                return naming;
            }
        }
        throw new ConfigException(
                name,
                wanted,
                "must be TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy");
    }
}
