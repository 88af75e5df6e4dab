package dev.millrace.serde;

import dev.millrace.job.Messages;
import dev.millrace.v1.InferenceJob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** Records and schemas for the tests of this package. */
final class Records {
    static final String TOPIC = "millrace.intake.acme";

    static InferenceJob job(String prompt) {
        return InferenceJob.newBuilder()
                .setModel("guide-llama")
                .setMessages(List.of(Messages.of("user", prompt)))
                .setMaxTokens(64)
                .setTemperature(0.5)
                .setSeed(7L)
                .setStop(List.of("\n"))
                .setReply("acme-main")
                .setTags(List.of("a", "b"))
                .setMetadata(Map.of("ticket", "42"))
                .build();
    }

    /** The schema of every generated record, by its simple name. */
    static Map<String, Schema> schemas() {
        Map<String, Schema> schemas = new TreeMap<>();
        for (Class<? extends SpecificRecord> type : types()) {
            schemas.put(type.getSimpleName(), SpecificData.get().getSchema(type));
        }
        return schemas;
    }

    /** Every generated record class, found where the compiler put them. */
    static List<Class<? extends SpecificRecord>> types() {
        try {
            Path classes =
                    Path.of(InferenceJob.class.getResource("InferenceJob.class").toURI())
                            .getParent();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(classes, "*.class")) {
                var types = new ArrayList<Class<? extends SpecificRecord>>();
                for (Path file : files) {
                    String name = file.getFileName().toString().replace(".class", "");
                    Class<?> type = Class.forName("dev.millrace.v1." + name);
                    if (!name.contains("$") && SpecificRecord.class.isAssignableFrom(type)) {
                        types.add(type.asSubclass(SpecificRecord.class));
                    }
                }
                types.sort(Comparator.comparing(Class::getName));
                return types;
            }
        } catch (IOException | ReflectiveOperationException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A record as plain Avro writes it, in the wire format: the oracle for our own bytes. */
    static byte[] framed(int id, Schema schema, Object datum) {
        try {
            var out = new ByteArrayOutputStream();
            out.write(
                    new byte[] {
                        0, (byte) (id >> 24), (byte) (id >> 16), (byte) (id >> 8), (byte) id
                    });
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            new GenericDatumWriter<>(schema).write(datum, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Records() {}
}
