package dev.millrace.ingress.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.openai.StreamedText.Step;
import dev.millrace.v1.TokenChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StreamedTextTest {
    private final StreamedText text = new StreamedText();

    @Test
    void piecesInOrderAreSentAndTheResultAddsNothing() {
        assertThat(text.piece(chunk(1, 0, "A lane"))).isEqualTo(new Step.Send("A lane"));
        assertThat(text.piece(chunk(1, 1, " is 🌊"))).isEqualTo(new Step.Send(" is 🌊"));
        assertThat(text.piece(chunk(1, 2, ""))).isEqualTo(new Step.Nothing());
        assertThat(text.rest("A lane is 🌊")).isEqualTo(new Step.Nothing());
    }

    @Test
    void afterAMissingPieceTheRestComesFromTheResult() {
        text.piece(chunk(1, 0, "one "));

        // When
        Step late = text.piece(chunk(1, 2, "three"));

        // Then
        assertThat(late).isEqualTo(new Step.Nothing());
        assertThat(text.rest("one two three")).isEqualTo(new Step.Send("two three"));
    }

    @Test
    void aReaderThatCameLateGetsTheWholeAnswerFromTheResult() {
        assertThat(text.piece(chunk(1, 7, "end"))).isEqualTo(new Step.Nothing());
        assertThat(text.rest("all of it to the end"))
                .isEqualTo(new Step.Send("all of it to the end"));
    }

    @Test
    void aNewAttemptIsUsedWhereNothingWasSentYet() {
        assertThat(text.piece(chunk(1, 3, "late"))).isEqualTo(new Step.Nothing());
        assertThat(text.piece(chunk(2, 0, "anew"))).isEqualTo(new Step.Send("anew"));
        assertThat(text.piece(chunk(1, 4, "older"))).isEqualTo(new Step.Nothing());
        assertThat(text.rest("anew")).isEqualTo(new Step.Nothing());
    }

    @Test
    void aNewAttemptAfterTextWasSentTearsTheStream() {
        text.piece(chunk(1, 0, "first"));

        assertThat(text.piece(chunk(2, 0, "first"))).isEqualTo(new Step.Torn());
        assertThat(text.piece(chunk(2, 1, " again"))).isEqualTo(new Step.Nothing());
        assertThat(text.rest("first again")).isEqualTo(new Step.Torn());
    }

    @Test
    void aResultThatDoesNotBeginWithWhatWasSentTearsTheStream() {
        text.piece(chunk(1, 0, "one way"));

        assertThat(text.rest("another way")).isEqualTo(new Step.Torn());
    }

    @Test
    void aShorterResultTearsTheStream() {
        text.piece(chunk(1, 0, "one way"));

        assertThat(text.rest("one")).isEqualTo(new Step.Torn());
    }

    @Property(tries = 200)
    void whateverIsLostOrRepeatedTheTextSentIsTheOutput(
            @ForAll @Size(max = 12) List<String> pieces, @ForAll long seed) {
        // Given: the pieces of one attempt, some lost, some twice
        Random random = new Random(seed);
        List<String> sound = pieces.stream().map(StreamedTextTest::sound).toList();
        StreamedText stream = new StreamedText();
        StringBuilder sent = new StringBuilder();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < sound.size(); i++) {
            for (int times = random.nextInt(3); times > 0; times--) {
                steps.add(stream.piece(chunk(1, i, sound.get(i))));
            }
        }

        // When
        String output = String.join("", sound);
        steps.add(stream.rest(output));

        // Then
        steps.forEach(
                step -> {
                    if (step instanceof Step.Send(String piece)) {
                        sent.append(piece);
                    }
                });
        assertThat(sent.toString()).isEqualTo(output);
    }

    /** Avro's strings are UTF-8, so half a surrogate pair never comes. */
    private static String sound(String any) {
        return new String(
                any.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                java.nio.charset.StandardCharsets.UTF_8);
    }

    private static TokenChunk chunk(int attempt, int sequence, String piece) {
        return new TokenChunk("job", "acme", attempt, sequence, piece, false);
    }
}
