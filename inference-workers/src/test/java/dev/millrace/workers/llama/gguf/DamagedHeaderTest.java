package dev.millrace.workers.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.workers.llama.TinyModel;
import java.io.IOException;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever happens to a header, it is let through or refused, and nothing else. */
class DamagedHeaderTest {

    private static final byte[] LLAMA = TinyModel.llama().bytes();
    private static final byte[] MAMBA = TinyModel.mamba().bytes();
    private static final int LLAMA_HEADER = headerSize(TinyModel.llama());
    private static final int MAMBA_HEADER = headerSize(TinyModel.mamba());

    @Property(tries = 2000)
    void flippedBytesAreLetThroughOrRefused(
            @ForAll boolean mamba, @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int flips)
            throws IOException {
        // Given
        byte[] file = (mamba ? MAMBA : LLAMA).clone();
        Random random = new Random(seed);
        for (int i = 0; i < flips; i++) {
            file[random.nextInt(mamba ? MAMBA_HEADER : LLAMA_HEADER)] ^=
                    (byte) (1 + random.nextInt(255));
        }

        // When
        try {
            GgufFile checked = GgufFileTest.check(file);

            // Then
            assertThat(checked.contextTokens()).isPositive();
        } catch (InvalidGgufException e) {
            assertThat(e.where()).isNotBlank();
            assertThat(e.what()).isNotBlank();
        }
    }

    @Property(tries = 500)
    void aShortenedFileIsRefused(@ForAll boolean mamba, @ForAll long seed) {
        // Given
        byte[] whole = mamba ? MAMBA : LLAMA;
        byte[] part = new byte[new Random(seed).nextInt(whole.length - 32)];
        System.arraycopy(whole, 0, part, 0, part.length);

        // Then
        assertThatThrownBy(() -> GgufFileTest.check(part)).isInstanceOf(InvalidGgufException.class);
    }

    @Property(tries = 300)
    void noiseIsRefused(@ForAll byte[] noise) {
        assertThatThrownBy(() -> GgufFileTest.check(noise))
                .isInstanceOf(InvalidGgufException.class);
    }

    /** Where the data begins: it is as long as its tensors, each aligned. */
    private static int headerSize(TinyModel model) {
        int data =
                model.tensors.stream()
                        .mapToInt(tensor -> Math.ceilDiv(tensor.data().length, 32) * 32)
                        .sum();
        return model.bytes().length - data;
    }
}
