package dev.millrace.ingress;

import dev.millrace.ingress.ServiceState.Part;
import dev.millrace.ingress.broker.BrokerTopics;
import dev.millrace.ingress.broker.Clients;
import dev.millrace.ingress.intake.IntakeBatch;
import dev.millrace.ingress.intake.IntakeSteps;
import dev.millrace.ingress.jobs.DeadLetters;
import dev.millrace.ingress.loop.Steps;
import dev.millrace.ingress.loop.SupervisedLoop;
import dev.millrace.ingress.reading.SchemaGate;
import dev.millrace.ingress.replies.ReceiptSteps;
import dev.millrace.ingress.replies.ReplySteps;
import dev.millrace.ingress.replies.WaitingCallers;
import dev.millrace.ingress.waiting.LookUpSteps;
import dev.millrace.ingress.waiting.TokenSteps;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.TokenChunk;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * The readers, each with a consumer and a thread of its own: intake, receipts, replies and tokens;
 * and who asks the database for waiting callers.
 */
@Singleton
@Requires(beans = Clients.class)
final class Readers {
    static final String INTAKE_GROUP = IntakeSteps.GROUP;
    static final String REPLIES_GROUP = "millrace-replies";

    private final IngressFlow flow;
    private final IngressFlow.Ports ports;
    private final SchemaGate<InferenceJob> intakeRecords;
    private final DeadLetters deadLetters;
    private final Producer<String, InferenceResult> replyProducer;
    private final BrokerTopics topics;
    private final WaitingCallers callers;
    private final Clients clients;
    private final IngressSettings settings;
    private final ServiceState state;
    private final IngressMetrics metrics;
    private final Clock clock;
    private final Tracing tracing;

    Readers(
            IngressFlow flow,
            IngressFlow.Ports ports,
            SchemaGate<InferenceJob> intakeRecords,
            DeadLetters deadLetters,
            KafkaWiring.ReplyProducer replyProducer,
            BrokerTopics topics,
            WaitingCallers callers,
            Clients clients,
            IngressSettings settings,
            ServiceState state,
            IngressMetrics metrics,
            Clock clock,
            Tracing tracing) {
        this.flow = flow;
        this.ports = ports;
        this.intakeRecords = intakeRecords;
        this.deadLetters = deadLetters;
        this.replyProducer = replyProducer.producer();
        this.topics = topics;
        this.callers = callers;
        this.clients = clients;
        this.settings = settings;
        this.state = state;
        this.metrics = metrics;
        this.clock = clock;
        this.tracing = tracing;
    }

    /** Not yet started. */
    List<SupervisedLoop> loops() {
        return List.of(
                loop("receipts", Part.RECEIPTS, this::receipts),
                loop("intake", Part.INTAKE, this::intake),
                loop("replies", Part.REPLIES, this::replies),
                helpful("tokens", this::tokens),
                helpful("look-ups", () -> new LookUpSteps(ports.waits(), ports.stored())));
    }

    /** One that makes answers better or sooner, but without which the service is of use. */
    private static SupervisedLoop helpful(
            String name, java.util.function.Supplier<? extends Steps> open) {
        return new SupervisedLoop(name, open, failure -> {});
    }

    private Steps tokens() {
        return owning(
                new KafkaConsumer<byte[], byte[]>(clients.bytesReader("tokens")),
                consumer ->
                        new TokenSteps(
                                consumer,
                                clients.impatient(TokenChunk.class).deserializer(Topics.TOKENS),
                                ports.waits()));
    }

    private SupervisedLoop loop(
            String name, Part part, java.util.function.Supplier<? extends Steps> open) {
        return new SupervisedLoop(
                name, open, failure -> state.down(part, failure.getClass().getSimpleName()));
    }

    private Steps receipts() {
        return owning(
                new KafkaConsumer<String, IngressReply>(clients.reader("receipts")),
                consumer ->
                        new ReceiptSteps(
                                consumer,
                                settings.instance(),
                                settings.replyPartition(),
                                callers,
                                ports.waits(),
                                state));
    }

    private Steps intake() {
        IntakeBatch batch =
                new IntakeBatch(
                        flow::receive,
                        intakeRecords::survey,
                        ports.jobs(),
                        deadLetters,
                        metrics,
                        tracing);
        return owning(
                new KafkaConsumer<byte[], byte[]>(clients.bytesConsumer(INTAKE_GROUP, "intake")),
                consumer -> new IntakeSteps(consumer, batch, topics, clock, state, metrics));
    }

    private Steps replies() {
        SchemaGate<InferenceResult> records =
                new SchemaGate<>(
                        clients.impatient(InferenceResult.class).deserializer(Topics.RESULTS),
                        KafkaWiring.patience(settings),
                        clock);
        return owning(
                new KafkaConsumer<byte[], byte[]>(clients.bytesConsumer(REPLIES_GROUP, "replies")),
                consumer ->
                        ReplySteps.of(
                                consumer,
                                records,
                                replyProducer,
                                tracing,
                                topics,
                                deadLetters,
                                flow::mayReceive,
                                settings.replyAttempts(),
                                clock,
                                state,
                                metrics));
    }

    /** Closes the consumer where the steps cannot begin. */
    private static <C extends Consumer<?, ?>> Steps owning(C consumer, Function<C, Steps> steps) {
        try {
            return steps.apply(consumer);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }
}
