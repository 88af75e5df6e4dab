package dev.millrace.serde;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;

/** Writes the records of one generated class, and knows their ids by topic. */
final class RecordWriter {
    private static final int MAX_TOPICS = 10_000;

    private final Schema schema;
    private final SpecificDatumWriter<SpecificRecord> writer;
    private final SpecificDatumWriter<SpecificRecord> explaining;
    private final BoundedCache<String, Integer> idsByTopic = new BoundedCache<>(MAX_TOPICS);

    RecordWriter(SpecificRecord example) {
        this.schema = example.getSchema();
        Class<?> type = example.getClass();
        this.writer = new SpecificDatumWriter<>(schema, RecordModels.forWriting(type));
        this.explaining = new SpecificDatumWriter<>(schema, SpecificData.getForClass(type));
    }

    Schema schema() {
        return schema;
    }

    BoundedCache<String, Integer> idsByTopic() {
        return idsByTopic;
    }

    byte[] write(SpecificRecord record, int schemaId) {
        Scratch scratch = Scratch.take();
        try {
            encode(writer, record, scratch);
            byte[] framed = scratch.framed(schemaId);
            scratch.release();
            return framed;
        } catch (IOException | RuntimeException e) {
            Scratch.forget();
            throw new SerializationException(
                    schema.getFullName() + " cannot be written: " + reason(record, e), e);
        }
    }

    private static void encode(
            SpecificDatumWriter<SpecificRecord> writer, SpecificRecord record, Scratch scratch)
            throws IOException {
        BinaryEncoder encoder = scratch.encoder();
        writer.write(record, encoder);
        encoder.flush();
    }

    /** The generated coder is quick and says little; the general one names the field. */
    private String reason(SpecificRecord record, Exception first) {
        try {
            encode(explaining, record, Scratch.take());
            return String.valueOf(first.getMessage());
        } catch (IOException | RuntimeException e) {
            Scratch.forget();
            return String.valueOf(e.getMessage());
        }
    }
}
