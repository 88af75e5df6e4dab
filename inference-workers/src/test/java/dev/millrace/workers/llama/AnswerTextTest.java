package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AnswerTextTest {

    @Property(tries = 500)
    void howTheBytesAreCutIntoTokensDoesNotMatter(@ForAll String text, @ForAll long seed) {
        // Given
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        AnswerText answer = new AnswerText(List.of());

        // When
        String released = feed(answer, bytes, new Random(seed));

        // Then
        String whole = new String(bytes, StandardCharsets.UTF_8);
        assertThat(released).isEqualTo(withoutSpacesBefore(whole));
        assertThat(answer.released()).isEqualTo(released);
    }

    @Property(tries = 1000)
    void theAnswerEndsBeforeTheFirstStopText(
            @ForAll @CharRange(from = 'a', to = 'c') String text,
            @ForAll @Size(min = 1, max = 3)
                    List<@NotEmpty @CharRange(from = 'a', to = 'c') String> stops,
            @ForAll long seed) {
        // Given
        AnswerText answer = new AnswerText(stops);

        // When
        String released = feed(answer, text.getBytes(StandardCharsets.UTF_8), new Random(seed));

        // Then
        assertThat(text).startsWith(released);
        assertThat(stops).noneMatch(released::contains);
        assertThat(answer.isStopped()).isEqualTo(stops.stream().anyMatch(text::contains));
        assertThat(answer.isStopped() || released.equals(text)).isTrue();
    }

    @Test
    void whatMayBeAStopTextIsHeldBackUntilItIsNot() {
        // Given
        AnswerText answer = new AnswerText(List.of("###"));

        // Then
        assertThat(answer.add(bytes("a #"))).isEqualTo("a ");
        assertThat(answer.add(bytes("#"))).isEmpty();
        assertThat(answer.add(bytes("b"))).isEqualTo("##b");
        assertThat(answer.isStopped()).isFalse();
        assertThat(answer.add(bytes("c###d"))).isEqualTo("c");
        assertThat(answer.isStopped()).isTrue();
        assertThat(answer.add(bytes("e"))).isEmpty();
        assertThat(answer.finish()).isEmpty();
        assertThat(answer.released()).isEqualTo("a ##bc");
    }

    @Test
    void aCharacterIsHeldBackUntilItIsWhole() {
        // Given
        byte[] rocket = bytes("\ud83d\ude80");
        AnswerText answer = new AnswerText(List.of());

        // Then
        assertThat(answer.add(Arrays.copyOfRange(rocket, 0, 3))).isEmpty();
        assertThat(answer.add(Arrays.copyOfRange(rocket, 3, 4))).isEqualTo("\ud83d\ude80");
    }

    @Test
    void aCharacterThatNeverBecomesWholeIsReplaced() {
        // Given
        AnswerText answer = new AnswerText(List.of());

        // When
        String first = answer.add(new byte[] {'a', (byte) 0xf0, (byte) 0x9f});
        String last = answer.finish();

        // Then
        assertThat(first).isEqualTo("a");
        assertThat(last).isEqualTo("\ufffd");
    }

    private static String feed(AnswerText answer, byte[] bytes, Random random) {
        StringBuilder released = new StringBuilder();
        int from = 0;
        while (from < bytes.length) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(4));
            released.append(answer.add(Arrays.copyOfRange(bytes, from, to)));
            from = to;
        }
        return released.append(answer.finish()).toString();
    }

    private static String withoutSpacesBefore(String text) {
        int from = 0;
        while (from < text.length() && Character.isWhitespace(text.charAt(from))) {
            from++;
        }
        return text.substring(from);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
