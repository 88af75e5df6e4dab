package dev.millrace.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.TokenChunk;
import dev.millrace.workers.testing.Jobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TokenStreamTest {
    private final List<TokenChunk> sent = new ArrayList<>();
    private long nanos;

    @Test
    void theChunksOfAStreamAreTheAnswerInOrder() {
        // Given
        TokenStream stream = new TokenStream((topic, chunk) -> sent.add(chunk), () -> nanos);

        // When
        try (TokenStream.Writer writer = stream.of(streaming(true))) {
            for (int i = 0; i < 500; i++) {
                nanos += 1_000_000;
                writer.accept("piece " + i + " ");
            }
            writer.complete();
        }

        // Then
        assertThat(sent.stream().map(TokenChunk::getText).collect(Collectors.joining()))
                .startsWith("piece 0 ")
                .endsWith("piece 499 ");
        assertThat(sent).extracting(TokenChunk::getSequence).isSorted().doesNotHaveDuplicates();
        assertThat(sent).hasSizeBetween(5, 30);
        assertThat(sent.getFirst().getText()).isEqualTo("piece 0 ");
        assertThat(sent.getLast().getLast()).isTrue();
        assertThat(sent.subList(0, sent.size() - 1)).noneMatch(TokenChunk::getLast);
    }

    @Test
    void aJobThatDoesNotStreamSendsNothing() {
        // Given
        TokenStream stream = new TokenStream((topic, chunk) -> sent.add(chunk), () -> nanos);

        // When
        try (TokenStream.Writer writer = stream.of(streaming(false))) {
            writer.accept("text");
            writer.complete();
        }

        // Then
        assertThat(sent).isEmpty();
    }

    @Test
    void anAttemptThatFailsLeavesItsStreamOpen() {
        // Given
        TokenStream stream = new TokenStream((topic, chunk) -> sent.add(chunk), () -> nanos);

        // When
        try (TokenStream.Writer writer = stream.of(streaming(true))) {
            writer.accept("a");
            writer.accept("b");
        }

        // Then
        assertThat(sent).extracting(TokenChunk::getText).containsExactly("a", "b");
        assertThat(sent).noneMatch(TokenChunk::getLast);
    }

    @Test
    void whatCannotBeSentDoesNotHurtTheAttempt() {
        // Given
        TokenStream stream =
                new TokenStream(
                        (topic, chunk) -> {
                            throw new IllegalStateException("no broker");
                        },
                        () -> nanos);

        // When
        try (TokenStream.Writer writer = stream.of(streaming(true))) {
            writer.accept("a");
            writer.complete();
        }

        // Then
        assertThat(sent).isEmpty();
    }

    private static RoutedJob streaming(boolean stream) {
        InferenceJob job = Jobs.job("hello").setStream(stream).build();
        return Jobs.routed("lane", "job-1", job, Jobs.NOW, Duration.ofHours(1));
    }
}
