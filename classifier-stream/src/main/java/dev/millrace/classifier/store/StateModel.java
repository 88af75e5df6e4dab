package dev.millrace.classifier.store;

import static java.util.Map.entry;

import dev.millrace.classifier.state.StoredAttempt;
import dev.millrace.classifier.state.StoredCancelling;
import dev.millrace.classifier.state.StoredCandidate;
import dev.millrace.classifier.state.StoredClosed;
import dev.millrace.classifier.state.StoredDecision;
import dev.millrace.classifier.state.StoredJob;
import dev.millrace.classifier.state.StoredLaneWork;
import dev.millrace.classifier.state.StoredLoad;
import dev.millrace.classifier.state.StoredOpen;
import dev.millrace.classifier.state.StoredSource;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** Avro's view of the state records: these classes and no other are ever made from a schema. */
final class StateModel extends SpecificData {
    private static final Map<String, Class<? extends SpecificRecord>> CLASSES =
            Map.ofEntries(
                    entry(StoredJob.SCHEMA$.getFullName(), StoredJob.class),
                    entry(StoredOpen.SCHEMA$.getFullName(), StoredOpen.class),
                    entry(StoredClosed.SCHEMA$.getFullName(), StoredClosed.class),
                    entry(StoredAttempt.SCHEMA$.getFullName(), StoredAttempt.class),
                    entry(StoredCancelling.SCHEMA$.getFullName(), StoredCancelling.class),
                    entry(StoredDecision.SCHEMA$.getFullName(), StoredDecision.class),
                    entry(StoredCandidate.SCHEMA$.getFullName(), StoredCandidate.class),
                    entry(StoredSource.SCHEMA$.getFullName(), StoredSource.class),
                    entry(StoredLoad.SCHEMA$.getFullName(), StoredLoad.class),
                    entry(StoredLaneWork.SCHEMA$.getFullName(), StoredLaneWork.class));

    StateModel() {
        super(StateModel.class.getClassLoader());
        addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    }

    @Override
    @SuppressWarnings("rawtypes") // as the overridden method has it
    public Class getClass(Schema schema) {
        if (schema.getType() == Schema.Type.RECORD) {
            Class<? extends SpecificRecord> known = CLASSES.get(schema.getFullName());
            if (known == null) {
                throw new IllegalArgumentException(schema.getFullName() + " is no state record");
            }
            return known;
        }
        return super.getClass(schema);
    }
}
