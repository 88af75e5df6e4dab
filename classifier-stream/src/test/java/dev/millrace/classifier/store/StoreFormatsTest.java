package dev.millrace.classifier.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.classifier.job.Attempt;
import dev.millrace.classifier.job.Cancelling;
import dev.millrace.classifier.job.Head;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.TenantLoad;
import dev.millrace.classifier.state.StoredLoad;
import dev.millrace.v1.Band;
import dev.millrace.v1.Decision;
import dev.millrace.v1.LaneConsidered;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

/** What is stored is read back, now and by later builds. */
class StoreFormatsTest {
    private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_123L);

    /** What version 1 wrote for {@link #closed()}: stores out there hold such bytes. */
    private static final String CLOSED_V1 = "01020461620c4641494c4544f6a1abfef962c6b1abfef96204";

    private final Serde<Job> jobs = Stores.jobs();

    @Test
    void anOpenJobIsReadBackWithAllThatItsResultNeeds() {
        Job open = open(Optional.of(AT.plusSeconds(5)), Optional.of("00-trace"), Optional.of(17));

        byte[] bytes = jobs.serializer().serialize("jobs", open);

        assertThat(bytes[0]).isEqualTo((byte) 2);
        assertThat(jobs.deserializer().deserialize("jobs", bytes)).isEqualTo(open);
    }

    @Test
    void whatNeedNotBeThereIsReadBackAsAbsent() {
        Job open = open(Optional.empty(), Optional.empty(), Optional.empty());

        byte[] bytes = jobs.serializer().serialize("jobs", open);

        assertThat(jobs.deserializer().deserialize("jobs", bytes)).isEqualTo(open);
    }

    @Test
    void aJobThatIsBeingCancelledIsReadBack() {
        Job.Open open = open(Optional.empty(), Optional.empty(), Optional.empty());
        Job cancelling = open.with(new Cancelling("not needed", AT.plusMillis(1_500)));

        byte[] bytes = jobs.serializer().serialize("jobs", cancelling);

        assertThat(jobs.deserializer().deserialize("jobs", bytes)).isEqualTo(cancelling);
    }

    @Test
    void anOpenJobOfTheFirstVersionIsReadAsOneThatNobodyCancelled() throws Exception {
        byte[] bytes = HexFormat.of().parseHex(resource("/open-job.v1.hex"));

        assertThat(jobs.deserializer().deserialize("jobs", bytes))
                .isEqualTo(
                        open(
                                Optional.of(AT.plusSeconds(5)),
                                Optional.of("00-trace"),
                                Optional.of(17)));
    }

    @Test
    void aClosedJobIsSmall() {
        byte[] bytes = jobs.serializer().serialize("jobs", closed());

        assertThat(bytes.length).isLessThan(32);
        assertThat(jobs.deserializer().deserialize("jobs", bytes)).isEqualTo(closed());
    }

    @Test
    void bytesOfTheFirstVersionStayReadable() {
        byte[] bytes = HexFormat.of().parseHex(CLOSED_V1);

        assertThat(jobs.deserializer().deserialize("jobs", bytes)).isEqualTo(closed());
    }

    @Test
    void bytesOfALaterVersionAreRefusedAndNotMisread() {
        byte[] bytes = jobs.serializer().serialize("jobs", closed());
        bytes[0] = 3;

        assertThatThrownBy(() -> jobs.deserializer().deserialize("jobs", bytes))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("version 3");
    }

    @Test
    void bytesCutShortAreRefused() {
        byte[] bytes = jobs.serializer().serialize("jobs", closed());

        assertThatThrownBy(() -> jobs.deserializer().deserialize("jobs", Arrays.copyOf(bytes, 4)))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void aSchemaThatIsNotKeptAsAVersionStopsTheBuild() {
        assertThatThrownBy(() -> new StateBytes<StoredLoad>("job", StoredLoad.SCHEMA$))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keep the changed one");
    }

    @Property
    void aLoadIsReadBack(
            @ForAll @LongRange(min = 0) long open, @ForAll @LongRange(min = 0) long tokens) {
        TenantLoad load =
                new TenantLoad(open, tokens, Map.of("fast", new LaneWork(open, tokens, 1, 2)));
        Serde<TenantLoad> loads = Stores.loads();

        byte[] bytes = loads.serializer().serialize("tenants", load);

        assertThat(loads.deserializer().deserialize("tenants", bytes)).isEqualTo(load);
    }

    @Test
    void aLoadOfTheFirstVersionHasNoLanes() {
        byte[] bytes = HexFormat.of().parseHex("010ed804");

        assertThat(Stores.loads().deserializer().deserialize("tenants", bytes))
                .isEqualTo(new TenantLoad(7, 300, Map.of()));
    }

    @Property
    void dueKeysSortAsTheirTimes(
            @ForAll @LongRange(min = 0) long first,
            @ForAll @LongRange(min = 0) long second,
            @ForAll @StringLength(max = 40) String a,
            @ForAll @StringLength(max = 40) String b) {
        Serde<DueKey> serde = DueKey.serde();

        byte[] one = serde.serializer().serialize("due", new DueKey(first, a));
        byte[] other = serde.serializer().serialize("due", new DueKey(second, b));

        if (first != second) {
            assertThat(Integer.signum(Arrays.compareUnsigned(one, other)))
                    .isEqualTo(Long.compare(first, second));
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(StoreFormatsTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\n", "");
        }
    }

    private static Job closed() {
        return new Job.Closed("ab", ResultStatus.FAILED, AT, AT.plusSeconds(1), 2);
    }

    private static Job.Open open(
            Optional<Instant> held, Optional<String> trace, Optional<Integer> asked) {
        Head head =
                new Head(
                        new Source(SourceKind.INTAKE, 0, "millrace.intake.acme", 2, 77L),
                        AT,
                        AT.plusSeconds(60),
                        trace,
                        List.of("answers"),
                        List.of("https://example.org"),
                        List.of("a", "b"),
                        Optional.of("talk"),
                        Map.of("k", "v"));
        Decision decision =
                Decision.newBuilder()
                        .setRequestedModel("auto")
                        .setVertical("code")
                        .setVerticalConfidence(0.5)
                        .setComplexity("hard")
                        .setComplexityScore(0.9)
                        .setComplexityConfidence(0.7)
                        .setRoute("rest")
                        .setLane("fast")
                        .setCandidates(List.of(new LaneConsidered("fast", "chosen", "why")))
                        .setReasons(List.of("because"))
                        .setCatalogVersion(7)
                        .build();
        Attempt attempt =
                new Attempt(
                        3,
                        "fast",
                        Band.INTERACTIVE,
                        1,
                        3,
                        1234,
                        List.of("fast", "slow"),
                        List.of("slow"),
                        1,
                        held);
        return new Job.Open("fp", head, asked, decision, attempt, Optional.empty());
    }
}
