package dev.millrace.classifier.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * A private record as bytes: one byte that names the version of its schema, then plain Avro binary.
 * The newest version is written; every version whose schema is kept is read. Safe for any number of
 * threads: a store's builder shares it among tasks.
 */
final class StateBytes<T extends SpecificRecord> {
    private static final int MAX_VERSION = 127;

    private final int version;
    private final DatumWriter<T> writer;
    private final List<DatumReader<T>> readers = new ArrayList<>();
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

    /** What one thread uses again and again. */
    private static final class Scratch {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        private @Nullable BinaryEncoder encoder;
        private @Nullable BinaryDecoder decoder;
    }

    /**
     * The versions are the resources {@code /classifier-state/NAME.vN.avsc}, from 1 without gaps.
     *
     * @param name of the resources
     * @param current what the records are in this build: the newest version
     */
    StateBytes(String name, Schema current) {
        List<Schema> versions = versions(name);
        if (versions.isEmpty() || !versions.getLast().equals(current)) {
            throw new IllegalStateException(
                    "the schema of "
                            + name
                            + " is not its newest version, "
                            + versions.size()
                            + ": keep the changed one as the next");
        }
        StateModel model = new StateModel();
        for (Schema written : versions) {
            readers.add(new SpecificDatumReader<>(written, current, model));
        }
        version = versions.size();
        writer = new SpecificDatumWriter<>(current, model);
    }

    byte[] write(T record) {
        Scratch mine = scratch.get();
        mine.out.reset();
        mine.out.write(version);
        try {
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(mine.out, mine.encoder);
            mine.encoder = encoder;
            writer.write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return mine.out.toByteArray();
    }

    /**
     * @throws SerializationException where a newer build wrote the bytes, or they are cut short
     */
    T read(byte[] bytes) {
        int written = bytes.length == 0 ? 0 : bytes[0];
        if (written < 1 || written > readers.size()) {
            throw new SerializationException(
                    "state of version " + written + ": this build reads 1 to " + version);
        }
        Scratch mine = scratch.get();
        try {
            BinaryDecoder decoder =
                    DecoderFactory.get().binaryDecoder(bytes, 1, bytes.length - 1, mine.decoder);
            mine.decoder = decoder;
            return readers.get(written - 1).read(null, decoder);
        } catch (IOException | AvroRuntimeException e) {
            throw new SerializationException("state of version " + written + " is damaged", e);
        }
    }

    private static List<Schema> versions(String name) {
        List<Schema> versions = new ArrayList<>();
        for (int v = 1; v <= MAX_VERSION; v++) {
            String resource = "/classifier-state/" + name + ".v" + v + ".avsc";
            try (InputStream in = StateBytes.class.getResourceAsStream(resource)) {
                if (in == null) {
                    break;
                }
                versions.add(new Schema.Parser().parse(in));
            } catch (IOException e) {
                throw new UncheckedIOException(resource + " cannot be read", e);
            }
        }
        return versions;
    }
}
