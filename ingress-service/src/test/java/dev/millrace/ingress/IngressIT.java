package dev.millrace.ingress;

import static dev.millrace.ingress.IngressRig.json;
import static dev.millrace.ingress.IngressRig.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Tenant;
import dev.millrace.kit.TopicCreator;
import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.TopicPlan;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.SourceKind;
import dev.millrace.v1.Submission;
import dev.millrace.v1.Usage;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Jobs in by both ways, results out, on real parts. */
class IngressIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static IngressRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new IngressRig().startService();
    }

    @AfterAll
    static void stop() throws Exception {
        rig.close();
    }

    @Test
    void aCallersJobReachesTheJobsTopicAndItsReceiptTheCaller() {
        // When
        long started = System.nanoTime();
        HttpResponse<String> response =
                rig.postJob(
                        Examples.ACME_KEY,
                        body("Over HTTP"),
                        "traceparent",
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        Duration took = Duration.ofNanos(System.nanoTime() - started);

        // Then
        assertThat(response.statusCode()).isEqualTo(202);
        String id = json(response).get("id").textValue();
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(id)).hasSize(1));
        JobCommand command = commands(id).getFirst();
        assertThat(command.getTenant()).isEqualTo("acme");
        assertThat(command.getSource().getKind()).isEqualTo(SourceKind.HTTP);
        assertThat(((Submission) command.getBody()).getJob().getMessages().getFirst().getContent())
                .isEqualTo("Over HTTP");
        List<ConsumerRecord<byte[], byte[]>> written =
                rig.read(Topics.JOBS.name()).stream()
                        .filter(record -> record.headers().lastHeader("traceparent") != null)
                        .toList();
        assertThat(written).extracting(record -> text(record.key())).contains("acme");
        assertThat(took).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void aReceiptComesBackWithinTheCallersPatience() {
        // Given: everything is warm
        rig.postJob(Examples.ACME_KEY, body("warm"), "Idempotency-Key", key());
        String key = key();
        rig.postJob(Examples.ACME_KEY, body("one"), "Idempotency-Key", key);

        // When
        HttpResponse<String> other =
                rig.postJob(Examples.ACME_KEY, body("another"), "Idempotency-Key", key);

        // Then
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(json(other).get("code").textValue()).isEqualTo("idempotency_conflict");
        assertThat(json(other).get("field").textValue()).isEqualTo("idempotency_key");
    }

    @Test
    void anIntakeRecordReachesTheJobsTopicOnceAndIsCommitted() {
        // When
        RecordMetadata at = rig.post("acme", Examples.job("By topic"));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(at)).hasSize(1));
        JobCommand command = commands(at).getFirst();
        assertThat(command.getTenant()).isEqualTo("acme");
        assertThat(command.getSource().getKind()).isEqualTo(SourceKind.INTAKE);
        assertThat(command.getJobId())
                .matches(
                        "[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-[0-9a-f]{12}");
        awaitCommitted("millrace-ingress", at);
    }

    @Test
    void poisonIsBuriedOnceAndTheStreamGoesOnAlsoAfterARestart() {
        // Given
        String topic = Topics.intake("acme").name();
        List<RecordMetadata> poison = new ArrayList<>();
        poison.add(rig.sendBytes(topic, "k", "not avro".getBytes(StandardCharsets.UTF_8)));
        poison.add(rig.sendBytes(topic, "k", new byte[0]));
        poison.add(rig.sendBytes(topic, "k", null));
        byte[] good =
                rig.connection
                        .serializer(Topics.intake("acme"))
                        .serialize(topic, Examples.job("cut"));
        poison.add(rig.sendBytes(topic, "k", java.util.Arrays.copyOf(good, good.length - 3)));
        poison.add(rig.sendBytes(topic, "k", java.util.Arrays.copyOf(good, good.length + 3)));

        // When
        RecordMetadata after = rig.sendBytes(topic, "k", good);

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(after)).hasSize(1));
        awaitCommitted("millrace-ingress", after);
        rig.stopService();
        rig.startService();
        RecordMetadata later = rig.post("acme", Examples.job("after the restart"));
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(later)).hasSize(1));
        List<ConsumerRecord<byte[], byte[]>> letters = rig.deadLetters(poison);
        assertThat(letters).hasSize(poison.size());
        assertThat(letters).extracting(letter -> text(letter.key())).doesNotHaveDuplicates();
        assertThat(letters)
                .extracting(letter -> header(letter, DeadLetterHeaders.TOPIC))
                .containsOnly(topic);
        assertThat(letters)
                .extracting(letter -> header(letter, DeadLetterHeaders.REASON))
                .allMatch(
                        reason ->
                                reason.startsWith("undecodable: ")
                                        || reason.equals("empty_record"));
        assertThat(letters)
                .anySatisfy(letter -> assertThat(text(letter.value())).isEqualTo("not avro"));
    }

    @Test
    void randomBytesNeverStopTheStream() {
        // Given
        String topic = Topics.intake("acme").name();
        Random random = new Random(4);
        byte[] good =
                rig.connection
                        .serializer(Topics.intake("acme"))
                        .serialize(topic, Examples.job("a job to be damaged"));
        List<RecordMetadata> sent = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] bytes = good.clone();
            bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt(256);
            bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt(256);
            sent.add(rig.sendBytes(topic, "k" + i, bytes));
        }

        // When
        Set<String> ended = new HashSet<>();
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            ended.clear();
                            rig.deadLetters(sent).forEach(letter -> ended.add(text(letter.key())));
                            sent.stream()
                                    .filter(at -> !commands(at).isEmpty())
                                    .forEach(
                                            at ->
                                                    ended.add(
                                                            at.topic()
                                                                    + "/"
                                                                    + at.partition()
                                                                    + "/"
                                                                    + at.offset()));
                            return ended.size() == sent.size();
                        });

        // Then: each is a job, a refusal or a dead letter, and only one of these
        assertThat(rig.deadLetters(sent))
                .extracting(letter -> text(letter.key()))
                .doesNotHaveDuplicates();
        for (RecordMetadata at : sent) {
            assertThat(
                            commands(at).size()
                                    + rig.classifier
                                            .from(at.topic(), at.partition(), at.offset())
                                            .size())
                    .isIn(0, 2);
        }
    }

    @Test
    void aRecordThatClaimsAnotherTenantIsRefusedUnderItsTopics() {
        // Given
        InferenceJob job =
                Examples.job()
                        .setTenant("other")
                        .setReply("other-inbox")
                        .setIdempotencyKey(key())
                        .build();

        // When
        RecordMetadata at = rig.post("acme", job);

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(at)).hasSize(1));
        JobCommand command = commands(at).getFirst();
        assertThat(command.getTenant()).isEqualTo("acme");
        Refusal refusal = (Refusal) command.getBody();
        assertThat(refusal.getError().getCode()).isEqualTo("tenant_mismatch");
        assertThat(refusal.getError().getField()).contains("tenant");
        assertThat(refusal.getReply()).isEmpty();
    }

    @Test
    void anotherTenantsReplyTopicIsRefused() {
        // When
        RecordMetadata at = rig.post("acme", Examples.job().setReply("other-inbox").build());

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(at)).hasSize(1));
        Refusal refusal = (Refusal) commands(at).getFirst().getBody();
        assertThat(refusal.getError().getCode()).isEqualTo("unknown_reply");
        assertThat(refusal.getReply()).isEmpty();
    }

    @Test
    void theSameKeyFiveTimesByBothWaysIsOneJob() {
        // Given
        String key = key();
        InferenceJob job =
                Examples.job()
                        .setMessages(List.of(Examples.message("one job")))
                        .setIdempotencyKey(key)
                        .build();

        // When
        List<RecordMetadata> byTopic = List.of(rig.post("acme", job), rig.post("acme", job));
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> response =
                    rig.postJob(Examples.ACME_KEY, body("one job"), "Idempotency-Key", key);
            assertThat(response.statusCode()).isEqualTo(202);
            ids.add(json(response).get("id").textValue());
        }

        // Then
        byTopic.forEach(
                at ->
                        await().atMost(SOON)
                                .untilAsserted(() -> assertThat(commands(at)).hasSize(1)));
        byTopic.forEach(at -> ids.add(commands(at).getFirst().getJobId()));
        assertThat(ids).hasSize(1);
        assertThat(commands(ids.iterator().next()))
                .extracting(command -> ((Submission) command.getBody()).getFingerprint())
                .hasSize(5)
                .containsOnly(fingerprint(ids));
    }

    @Test
    void anotherTenantsJobIsNotFound() {
        // Given
        String id = json(rig.postJob(Examples.ACME_KEY, body("mine"))).get("id").textValue();

        // When
        HttpResponse<String> mine = rig.get("/v1/jobs/" + id, Examples.ACME_KEY);
        HttpResponse<String> theirs = rig.get("/v1/jobs/" + id, Examples.OTHER_KEY);

        // Then
        assertThat(mine.statusCode()).isEqualTo(200);
        assertThat(json(mine).get("status").textValue()).isEqualTo("queued");
        assertThat(theirs.statusCode()).isEqualTo(404);
    }

    @Test
    void anEndedJobIsShownFromTheDatabase() {
        // Given
        String id = json(rig.postJob(Examples.ACME_KEY, body("to be shown"))).get("id").textValue();
        rig.jdbi.useHandle(
                handle -> {
                    handle.execute(
                            """
                    insert into jobs.job (job_id, tenant, status, requested_model, lane, model, output, finish_reason, input_tokens, output_tokens,
                                          attempts, decision, metadata, created_at, completed_at)
                    values (?, 'acme', 'succeeded', 'auto', 'cloud', 'cloud-1', '', 'stop', 5, 7, 1,
                            '{"vertical": "code", "complexity": "simple", "reasons": ["a rule"], "candidates": [{"lane": "cloud", "verdict": "chosen", "reason": "first"}]}'::jsonb,
                            '{"order": "17"}'::jsonb, now(), now())
                    """,
                            id);
                    handle.execute(
                            """
                    insert into ledger.usage_event (job_id, tenant, vertical, complexity, outcome, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
                                                    estimated, cost_micros, currency, attempts, queue_ms, first_token_ms, model_ms, accepted_at, completed_at, tags)
                    values (?, 'acme', 'code', 'simple', 'succeeded', 5, 0, 7, 0, false, 42, 'EUR', 1, 0, 0, 0, now(), now(), '{}')
                    """,
                            id);
                });

        // When
        JsonNode job = json(rig.get("/v1/jobs/" + id, Examples.ACME_KEY));

        // Then
        assertThat(job.get("status").textValue()).isEqualTo("succeeded");
        assertThat(job.get("output").textValue()).isEmpty();
        assertThat(job.get("usage").get("input_tokens").longValue()).isEqualTo(5);
        assertThat(job.get("cost_micros").longValue()).isEqualTo(42);
        assertThat(job.get("currency").textValue()).isEqualTo("EUR");
        assertThat(job.get("route").get("vertical").textValue()).isEqualTo("code");
        assertThat(job.get("route").get("lane").textValue()).isEqualTo("cloud");
        assertThat(job.get("route").get("candidates").get(0).get("lane").textValue())
                .isEqualTo("cloud");
        assertThat(job.get("route").get("reasons").get(0).textValue()).isEqualTo("a rule");
        assertThat(job.get("metadata").get("order").textValue()).isEqualTo("17");
    }

    @Test
    void aKeyThatATenantMadeIsKeptAsAHashAndWorksUntilItIsRevoked() {
        // Given: the table may be made a moment after the service is ready
        await().atMost(SOON)
                .until(() -> rig.get("/v1/keys", Examples.ACME_KEY).statusCode() == 200);
        HttpResponse<String> created =
                rig.post(
                        "/v1/keys",
                        Examples.ACME_KEY,
                        "{\"label\": \"it\", \"scopes\": [\"read\"]}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String key = json(created).get("key").textValue();
        String id = json(created).get("id").textValue();

        // When
        HttpResponse<String> models = rig.get("/v1/models", key);
        List<String> stored =
                rig.jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "select api_key::text from ingress.api_key as api_key"
                                                        + " where key_id = :id and last_used_at is not null")
                                        .bind("id", id)
                                        .mapTo(String.class)
                                        .list());
        HttpResponse<String> second = rig.post("/v1/keys", Examples.ACME_KEY, "{}");
        HttpResponse<String> third = rig.post("/v1/keys", Examples.ACME_KEY, "{}");

        // Then
        assertThat(models.statusCode()).isEqualTo(200);
        assertThat(stored).hasSize(1).allSatisfy(row -> assertThat(row).doesNotContain(key));
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(third.statusCode()).isEqualTo(409);
        assertThat(rig.delete("/v1/keys/" + id, Examples.ACME_KEY).statusCode()).isEqualTo(204);
        assertThat(rig.get("/v1/models", key).statusCode()).isEqualTo(401);
        assertThat(json(rig.get("/v1/keys", Examples.ACME_KEY)).get("data"))
                .anySatisfy(each -> assertThat(each.has("revoked_at")).isTrue());
    }

    @Test
    void aResultReachesItsReplyTopicsAlsoWhileOneOfThemIsDeleted() throws Exception {
        // Given
        String audit = Topics.replies("acme-audit").name();
        rig.admin.deleteTopics(List.of(audit)).all().get();
        String jobId = "job-" + key();

        // When
        RecordMetadata at =
                rig.send(Topics.RESULTS, "acme", result(jobId, "acme-audit", "acme-inbox"));

        // Then
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(replies("acme-inbox", jobId)).hasSize(1));
        RecordMetadata next =
                rig.send(Topics.RESULTS, "acme", result(jobId + "-next", "acme-inbox"));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(replies("acme-inbox", jobId + "-next")).hasSize(1));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(rig.deadLetters(List.of(at))).hasSize(1));
        ConsumerRecord<byte[], byte[]> letter = rig.deadLetters(List.of(at)).getFirst();
        assertThat(header(letter, DeadLetterHeaders.REASON))
                .isEqualTo("reply_undeliverable: no such topic");
        awaitCommitted("millrace-replies", next);
        rig.apply(Examples.CATALOG);
        rig.send(Topics.RESULTS, "acme", result(jobId + "-again", "acme-audit"));
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(replies("acme-audit", jobId + "-again")).hasSize(1));
    }

    @Test
    void anUnknownSchemaHoldsOnlyItsPartitionForItsGracePeriodAndIsThenBuriedOnce() {
        // Given
        String topic = Topics.intake("acme").name();
        byte[] good =
                rig.connection
                        .serializer(Topics.intake("acme"))
                        .serialize(topic, Examples.job("good"));

        // When
        RecordMetadata unknown =
                rig.sendBytes(new ProducerRecord<>(topic, 1, "k", withSchema(good, 7_654_321)));
        RecordMetadata behind = rig.sendBytes(new ProducerRecord<>(topic, 1, "k", good));
        RecordMetadata beside = rig.sendBytes(new ProducerRecord<>(topic, 2, "k", good));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(beside)).hasSize(1));
        assertThat(commands(behind)).isEmpty();
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(behind)).hasSize(1));
        List<ConsumerRecord<byte[], byte[]>> letters = rig.deadLetters(List.of(unknown));
        assertThat(letters).hasSize(1);
        assertThat(header(letters.getFirst(), DeadLetterHeaders.REASON))
                .isEqualTo("unknown_schema: schema_id=7654321");
        assertThat(Integer.parseInt(header(letters.getFirst(), DeadLetterHeaders.ATTEMPTS)))
                .isGreaterThan(1);
    }

    @Test
    void manyUnknownSchemasAtOnceHaltTheirPartitionsAndBuryNothing() throws Exception {
        // Given: a tenant of its own, so that its topic can go away again
        rig.apply(withTenant(Examples.CATALOG, "broken", 10));
        String topic = Topics.intake("broken").name();
        byte[] good =
                rig.connection
                        .serializer(Topics.intake("acme"))
                        .serialize(topic, Examples.job("good"));
        List<RecordMetadata> unknown = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            unknown.add(rig.sendBytes(topic, "k" + i, withSchema(good, 8_000_000 + i)));
        }

        // When
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                rig.get("/health", "")
                                        .body()
                                        .contains("halted: too many schemas are unknown"));
        RecordMetadata elsewhere = rig.post("acme", Examples.job("still read"));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(elsewhere)).hasSize(1));
        await().during(Duration.ofSeconds(4))
                .atMost(SOON)
                .until(() -> rig.deadLetters(unknown).isEmpty());
        assertThat(rig.get("/prometheus", "").body()).contains("millrace_ingress_halted 1.0");
        rig.admin.deleteTopics(List.of(topic)).all().get();
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                rig.get("/prometheus", "")
                                        .body()
                                        .contains("millrace_ingress_halted 0.0"));
    }

    @Test
    void aRegistryThatIsDownIsWaitedOut() {
        // Given: a record of a schema that the service has not met, and one of a schema that it has
        RecordMetadata met = rig.post("acme", Examples.job("known before"));
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(met)).hasSize(1));
        String topic = Topics.intake("acme").name();
        byte[] newer = rig.newerSchema(Examples.job("of a newer producer"));
        byte[] known =
                rig.connection
                        .serializer(Topics.intake("acme"))
                        .serialize(topic, Examples.job("known"));
        rig.servers.registry().stop();

        // When
        RecordMetadata waits = rig.sendBytes(new ProducerRecord<>(topic, 0, "k", newer));
        RecordMetadata behind = rig.sendBytes(new ProducerRecord<>(topic, 0, "k", known));
        RecordMetadata goesOn = rig.sendBytes(new ProducerRecord<>(topic, 3, "k", known));

        // Then
        try {
            await().atMost(SOON).untilAsserted(() -> assertThat(commands(goesOn)).hasSize(1));
            await().during(Duration.ofSeconds(5))
                    .atMost(SOON)
                    .until(() -> commands(waits).isEmpty() && commands(behind).isEmpty());
            assertThat(rig.postJob(Examples.ACME_KEY, body("without a registry")).statusCode())
                    .isEqualTo(202);
        } finally {
            rig.servers.registry().start();
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(waits)).hasSize(1));
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(behind)).hasSize(1));
        assertThat(rig.deadLetters(List.of(waits, behind, goesOn))).isEmpty();
    }

    @Test
    void aNewTenantsTopicIsPickedUpWithoutARestartAndWaitsForItsCatalogEntry() throws Exception {
        // Given: the topic is there before the catalog names its tenant
        String topic = Topics.intake("newcomer").name();
        new TopicCreator(rig.admin)
                .ensure(TopicPlan.tenant("newcomer", List.of(), TopicPlan.Cluster.local()));
        byte[] good =
                rig.connection
                        .serializer(Topics.intake("acme"))
                        .serialize(topic, Examples.job("first"));
        RecordMetadata early = rig.sendBytes(topic, "k", good);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> rig.get("/health", "").body().contains("UNKNOWN_TENANT"));
        assertThat(commands(early)).isEmpty();

        // When
        rig.publish(withTenant(Examples.CATALOG, "newcomer", 20));

        // Then
        await().atMost(SOON).untilAsserted(() -> assertThat(commands(early)).hasSize(1));
        assertThat(commands(early).getFirst().getTenant()).isEqualTo("newcomer");
        assertThat(rig.deadLetters(List.of(early))).isEmpty();
    }

    @Test
    void aBrokerThatIsKilledAndComesBackLosesAndDoublesNothing() {
        // Given
        RecordMetadata before = rig.post("acme", Examples.job("before"));
        String key = key();
        rig.servers.broker().kill();

        // When
        HttpResponse<String> out =
                rig.postJob(Examples.ACME_KEY, body("while it is out"), "Idempotency-Key", key);
        rig.servers.broker().start();

        // Then
        assertThat(out.statusCode()).isEqualTo(503);
        assertThat(json(out).get("code").textValue()).isEqualTo("pipeline_unavailable");
        assertThat(out.headers().firstValue("Retry-After")).isPresent();
        RecordMetadata after = rig.post("acme", Examples.job("after"));
        Set<String> ids = new HashSet<>();
        for (RecordMetadata at : List.of(before, after)) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(commands(at)).isNotEmpty());
            commands(at).forEach(command -> ids.add(command.getJobId()));
        }
        assertThat(ids).hasSize(2);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () ->
                                assertThat(
                                                rig.postJob(
                                                                Examples.ACME_KEY,
                                                                body("while it is out"),
                                                                "Idempotency-Key",
                                                                key)
                                                        .statusCode())
                                        .isEqualTo(202));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () ->
                                assertThat(rig.get("/health/readiness", "").statusCode())
                                        .isEqualTo(200));
    }

    private static byte[] withSchema(byte[] record, int schemaId) {
        byte[] copy = record.clone();
        ByteBuffer.wrap(copy).putInt(1, schemaId);
        return copy;
    }

    private static Catalog withTenant(Catalog catalog, String name, long version) {
        List<Tenant> tenants = new ArrayList<>(catalog.tenants().values());
        tenants.add(
                new Tenant(name, List.of(), List.of(), Optional.empty(), Tenant.Limits.DEFAULT));
        return new Catalog(
                version, tenants, List.copyOf(catalog.lanes().values()), List.of(), List.of());
    }

    private static InferenceResult result(String jobId, String... replies) {
        return InferenceResult.newBuilder()
                .setJobId(jobId)
                .setTenant("acme")
                .setStatus(ResultStatus.SUCCEEDED)
                .setOutput("An answer.")
                .setUsage(Usage.newBuilder().build())
                .setAcceptedAt(Instant.EPOCH)
                .setCompletedAt(Instant.EPOCH)
                .setReplies(List.of(replies))
                .build();
    }

    private static List<ConsumerRecord<byte[], byte[]>> replies(String name, String jobId) {
        return rig.read(Topics.replies(name).name()).stream()
                .filter(record -> text(record.key()).equals(jobId))
                .toList();
    }

    private static void awaitCommitted(String group, RecordMetadata at) {
        await().atMost(SOON)
                .untilAsserted(
                        () ->
                                assertThat(
                                                rig
                                                        .admin
                                                        .listConsumerGroupOffsets(group)
                                                        .partitionsToOffsetAndMetadata()
                                                        .get()
                                                        .entrySet()
                                                        .stream()
                                                        .filter(
                                                                each ->
                                                                        each.getKey()
                                                                                        .topic()
                                                                                        .equals(
                                                                                                at
                                                                                                        .topic())
                                                                                && each.getKey()
                                                                                                .partition()
                                                                                        == at
                                                                                                .partition())
                                                        .map(each -> each.getValue().offset())
                                                        .collect(Collectors.toList()))
                                        .allMatch(offset -> offset > at.offset())
                                        .isNotEmpty());
    }

    private static String fingerprint(Set<String> ids) {
        return ((Submission) commands(ids.iterator().next()).getFirst().getBody()).getFingerprint();
    }

    private static List<JobCommand> commands(String jobId) {
        return rig.classifier.seen().stream()
                .filter(command -> command.getJobId().equals(jobId))
                .toList();
    }

    private static List<JobCommand> commands(RecordMetadata at) {
        return rig.classifier.from(at.topic(), at.partition(), at.offset());
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return text(record.headers().lastHeader(name).value());
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static String body(String prompt) {
        return "{\"messages\": [{\"role\": \"user\", \"content\": \"" + prompt + "\"}]}";
    }
}
