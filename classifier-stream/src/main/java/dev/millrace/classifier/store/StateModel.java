package dev.millrace.classifier.store;

import dev.millrace.classifier.state.StoredAttempt;
import dev.millrace.classifier.state.StoredCancelling;
import dev.millrace.classifier.state.StoredCandidate;
import dev.millrace.classifier.state.StoredClosed;
import dev.millrace.classifier.state.StoredDecision;
import dev.millrace.classifier.state.StoredJob;
import dev.millrace.classifier.state.StoredLoad;
import dev.millrace.classifier.state.StoredOpen;
import dev.millrace.classifier.state.StoredSource;

import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

import java.util.Map;

/** Avro's view of the state records: these classes and no other are ever made from a schema. */
final class StateModel extends SpecificData {
    private static final Map<String, Class<? extends SpecificRecord>> CLASSES =
            Map.of(
                    StoredJob.SCHEMA$.getFullName(), StoredJob.class,
                    StoredOpen.SCHEMA$.getFullName(), StoredOpen.class,
                    StoredClosed.SCHEMA$.getFullName(), StoredClosed.class,
                    StoredAttempt.SCHEMA$.getFullName(), StoredAttempt.class,
                    StoredCancelling.SCHEMA$.getFullName(), StoredCancelling.class,
                    StoredDecision.SCHEMA$.getFullName(), StoredDecision.class,
                    StoredCandidate.SCHEMA$.getFullName(), StoredCandidate.class,
                    StoredSource.SCHEMA$.getFullName(), StoredSource.class,
                    StoredLoad.SCHEMA$.getFullName(), StoredLoad.class);

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
