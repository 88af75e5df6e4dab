package dev.millrace.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void everyOptionIsRead() {
        assertThat(TrainGuide.Options.parse(List.of("--out", "x", "--seed", "9", "--steps", "10")))
                .isEqualTo(new TrainGuide.Options(Path.of("x"), 9, 10));
    }

    @ParameterizedTest
    @CsvSource({
        "--seed 1,--out is missing",
        "--out x --steps,--steps needs a value",
        "--out x --steps many,--steps needs a whole number",
        "--out x --steps 0,--steps must be 1 or more",
        "--out x --colour red,unknown option --colour"
    })
    void aWrongCommandLineSaysWhatIsWrong(String line, String message) {
        assertThatThrownBy(() -> TrainGuide.Options.parse(List.of(line.split(" "))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
