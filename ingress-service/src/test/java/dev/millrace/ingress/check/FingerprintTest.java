package dev.millrace.ingress.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.Examples;
import dev.millrace.job.Messages;
import dev.millrace.v1.Callback;
import dev.millrace.v1.ContentPart;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.v1.Tool;
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
                job -> job.setMessages(List.of(Messages.of("system", "What is a lane?"))),
                job -> job.setMaxTokens(1),
                job -> job.setTemperature(0.0),
                job -> job.setTopP(1.0),
                job -> job.setSeed(0L),
                job -> job.setStop(List.of("x")),
                job -> job.setPriority("interactive"),
                job -> job.setDeadlineMs(3_600_000L),
                job -> job.setTools(List.of(new Tool("find", "", "{}"))),
                job -> job.setToolChoice("none"),
                job ->
                        job.setResponseFormat(
                                ResponseFormat.newBuilder().setType("json_object").build()),
                job -> job.setKind("embedding").setInput(List.of("text")),
                job -> job.setKind("embedding").setDimensions(8),
                job -> job.setMessages(List.of(shows("https://example.com/a.png"))),
                job -> job.setMessages(List.of(shows("https://example.com/b.png"))));
    }

    private static Message shows(String url) {
        return Message.newBuilder(Examples.message("What is a lane?"))
                .setParts(
                        List.of(
                                ContentPart.newBuilder()
                                        .setType(Messages.IMAGE)
                                        .setUrl(url)
                                        .build()))
                .build();
    }

    /** Jobs that are in flight while this release replaces the one before it. */
    @Test
    void aPlainJobsFingerprintStaysWhatItWas() {
        assertThat(Fingerprint.of(Examples.job().build()))
                .isEqualTo("1e303230525626530aabb3a9cf2569215dda3d6e23ce0aea5e7fe555cd8b5461");
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
