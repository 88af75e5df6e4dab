package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.serde.RegistryClient;
import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What dies or sends garbage costs no job, no result and no charge. */
class FaultsIT extends PipelineScenario {
    @Test
    void bytesThatAreNoJobAreDeadLetteredOnceAndTheStreamGoesOn() throws Exception {
        // Given
        byte[] poison = ("not avro " + mark()).getBytes(StandardCharsets.UTF_8);
        byte[] unknownId = ByteBuffer.allocate(9).put((byte) 0).putInt(987_654).putInt(7).array();
        String mark = mark();

        // When
        pipeline.postBytes("borealis", poison);
        pipeline.postBytes("borealis", unknownId);
        for (int i = 0; i < 8; i++) {
            pipeline.post("borealis", Pipeline.job("echo", "after the poison", mark + i).build());
        }

        // Then
        for (int i = 0; i < 8; i++) {
            assertThat(pipeline.resultOf(mark + i).getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
        }
        Awaitility.await()
                .atMost(Pipeline.PATIENCE)
                .untilAsserted(
                        () -> {
                            assertThat(lettersWith(poison)).hasSize(1);
                            assertThat(lettersWith(unknownId)).hasSize(1);
                        });
        assertThat(pipeline.deadLetters.records())
                .allSatisfy(
                        letter ->
                                assertThat(letter.headers().lastHeader(DeadLetterHeaders.REASON))
                                        .isNotNull());
    }

    @Test
    void aWorkerKilledInTheMiddleOfAJobCostsNothing() throws Exception {
        // Given
        String mark = mark();
        for (int i = 0; i < 3; i++) {
            pipeline.post("acme", Pipeline.job("slow", "take your time", mark + i).build());
        }
        Awaitility.await("the worker has jobs in hand")
                .atMost(Pipeline.PATIENCE)
                .ignoreExceptions()
                .until(() -> pipeline.metric("worker-slow", "millrace_worker_in_flight") > 0);

        // When
        pipeline.kill("worker-slow");

        // Then
        for (int i = 0; i < 3; i++) {
            InferenceResult result = pipeline.resultOf(mark + i);
            assertThat(result.getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
            awaitUsageRows(result.getJobId(), 1);
            assertThat(resultsById(result.getJobId())).hasSize(1);
        }
    }

    @Test
    void whileTheRegistryIsDownNothingIsDeadLettered() throws Exception {
        // Given a schema that no service has seen
        Schema evolved = evolvedJobSchema();
        int id;
        try (RegistryClient registry = RegistryClient.of(pipeline.connection.reader())) {
            id = registry.register(Topics.intake("acme").subject(), evolved, false);
        }
        String mark = mark();
        byte[] record = encoded(id, evolved, mark);

        // When
        ProcessHandle registry = ProcessHandle.of(pipeline.pid("registry")).orElseThrow();
        registry.destroyForcibly();
        pipeline.postBytes("acme", record);

        // Then
        assertThat(pipeline.resultOf(mark).getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
        assertThat(lettersWith(record)).isEmpty();
    }

    @Test
    void theLedgerIsExactAfterPostgresWasKilled() throws Exception {
        // Given
        String mark = mark();
        int jobs = 20;

        // When
        for (int i = 0; i < jobs; i++) {
            pipeline.post("borealis", Pipeline.job("echo", "job " + i, mark + "-" + i).build());
            if (i == jobs / 2) {
                ProcessHandle.of(pipeline.pid("postgresql")).orElseThrow().destroyForcibly();
            }
        }

        // Then
        for (int i = 0; i < jobs; i++) {
            awaitUsageRows(pipeline.resultOf(mark + "-" + i).getJobId(), 1);
        }
        assertThat(pipeline.number("select sum(cost_micros) from ledger.usage_event"))
                .isEqualTo(pipeline.number("select sum(cost_micros) from ledger.usage_hourly"));
    }

    private static List<byte[]> lettersWith(byte[] value) {
        return pipeline.deadLetters.values().stream()
                .filter(letter -> java.util.Arrays.equals(letter, value))
                .toList();
    }

    /** As a newer producer would write it: one more field, with a default. */
    private static Schema evolvedJobSchema() {
        Schema now = InferenceJob.getClassSchema();
        List<Schema.Field> fields = new ArrayList<>();
        now.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("from_the_future", Schema.create(Schema.Type.STRING), "", ""));
        return Schema.createRecord(now.getName(), now.getDoc(), now.getNamespace(), false, fields);
    }

    private static byte[] encoded(int id, Schema schema, String mark) throws Exception {
        Schema messages = schema.getField("messages").schema();
        GenericRecord message =
                new GenericRecordBuilder(messages.getElementType())
                        .set("role", "user")
                        .set("content", "during the outage")
                        .build();
        GenericRecord job =
                new GenericRecordBuilder(schema)
                        .set("model", "echo")
                        .set("messages", List.of(message))
                        .set("metadata", Map.of("mark", mark))
                        .build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(job, encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
