package dev.millrace.ingress.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.Examples;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FingerprintTest {

    @Test
    void whereTheAnswerGoesAndWhatRidesAlongChangeNothing() {
        // Given
        InferenceJob bare = Examples.job().build();

        // When
        InferenceJob laden =
                Examples.job()
                        .setTenant("acme")
                        .setReply("acme-inbox")
                        .setCallback(new Callback("https://example.com"))
                        .setMetadata(Map.of("a", "b"))
                        .setTags(List.of("t"))
                        .setHints(Map.of("vertical", "code"))
                        .setConversation("c")
                        .setIdempotencyKey("k")
                        .setStream(true)
                        .build();

        // Then
        assertThat(Fingerprint.of(laden)).isEqualTo(Fingerprint.of(bare)).matches("[0-9a-f]{64}");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whatIsAskedChangesIt(UnaryOperator<InferenceJob.Builder> change) {
        assertThat(Fingerprint.of(change.apply(Examples.job()).build()))
                .isNotEqualTo(Fingerprint.of(Examples.job().build()));
    }

    static Stream<UnaryOperator<InferenceJob.Builder>> changes() {
        return Stream.of(
                job -> job.setModel("cloud"),
                job -> job.setMessages(List.of(Examples.message("What is a lane"))),
                job -> job.setMessages(List.of(new Message("system", "What is a lane?"))),
                job -> job.setMaxTokens(1),
                job -> job.setTemperature(0.0),
                job -> job.setTopP(1.0),
                job -> job.setSeed(0L),
                job -> job.setStop(List.of("x")),
                job -> job.setPriority("interactive"),
                job -> job.setDeadlineMs(3_600_000L));
    }

    @Test
    void minusZeroIsZero() {
        assertThat(Fingerprint.of(Examples.job().setTemperature(-0.0).build()))
                .isEqualTo(Fingerprint.of(Examples.job().setTemperature(0.0).build()));
    }

    /** Moving the border between two texts makes another job. */
    @Property
    void textsNeverRunTogether(@ForAll String left, @ForAll String right) {
        InferenceJob two =
                Examples.job()
                        .setMessages(List.of(Examples.message(left), Examples.message(right)))
                        .build();
        InferenceJob one =
                Examples.job().setMessages(List.of(Examples.message(left + right))).build();
        InferenceJob swapped =
                Examples.job()
                        .setMessages(List.of(Examples.message(left + right), Examples.message("")))
                        .build();

        assertThat(Fingerprint.of(two)).isNotEqualTo(Fingerprint.of(one));
        assertThat(Fingerprint.of(two).equals(Fingerprint.of(swapped))).isEqualTo(right.isEmpty());
    }
}
