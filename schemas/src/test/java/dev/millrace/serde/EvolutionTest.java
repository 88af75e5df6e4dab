package dev.millrace.serde;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract of today against every version that was ever published. */
class EvolutionTest {
    private static final Path HISTORY = Path.of("src/test/resources/history");
    private static final Map<String, Schema> TODAY = Records.schemas();

    @TestFactory
    Stream<DynamicTest> everyPublishedRecordCanStillBeExchanged() throws IOException {
        return published()
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        HISTORY.relativize(file).toString(),
                                        () -> assertThat(brokenSince(file)).isEmpty()));
    }

    @Test
    void theFirstVersionOfEveryTopicsRecordIsOnFile() throws IOException {
        List<String> names = published().map(EvolutionTest::record).toList();

        assertThat(names)
                .contains(
                        "InferenceJob",
                        "InferenceResult",
                        "WebhookEvent",
                        "UsageEvent",
                        "TokenChunk")
                .hasSizeGreaterThanOrEqualTo(13);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "InferenceJob | a field without a default is added | \"fields\":[ | \"fields\":[{\"name\":\"added\",\"type\":\"int\"}, | READER_FIELD_MISSING_DEFAULT_VALUE",
                "InferenceJob | a field changes its type | {\"name\":\"role\",\"type\":\"string\" | {\"name\":\"role\",\"type\":\"int\" | TYPE_MISMATCH",
                "InferenceJob | a field without a default is renamed | \"name\":\"messages\" | \"name\":\"turns\" | READER_FIELD_MISSING_DEFAULT_VALUE",
                "InferenceJob | an optional field becomes required | \"type\":[\"null\",\"long\"],\"default\":null | \"type\":\"long\" | TYPE_MISMATCH",
                "InferenceJob | the record moves | \"namespace\":\"dev.millrace.v1\" | \"namespace\":\"dev.millrace.v2\" | it was dev.millrace.v1.InferenceJob",
                "JobCommand | a symbol is lost and the default with it | ,\"UNKNOWN\"],\"default\":\"UNKNOWN\" | ] | MISSING_ENUM_SYMBOLS",
                "JobCommand | a branch of a union is lost | {\"type\":\"record\",\"name\":\"Cancellation\" | {\"type\":\"record\",\"name\":\"Withdrawal\" | MISSING_UNION_BRANCH",
                "InferenceResult | a field without a default goes | {\"name\":\"completed_at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}, | `` | the earlier version cannot read",
                "InferenceResult | an enum loses its default | ],\"default\":\"UNKNOWN\" | ] | has no default",
                "InferenceResult | a field widens | {\"name\":\"attempts\",\"type\":\"int\" | {\"name\":\"attempts\",\"type\":\"long\" | the earlier version cannot read",
                "TokenChunk | a field narrows | {\"name\":\"sequence\",\"type\":\"int\" | {\"name\":\"sequence\",\"type\":\"boolean\" | TYPE_MISMATCH"
            })
    void aBreakingChangeIsFound(
            String record, String change, String before, String after, String problem) {
        // Given
        String text = SchemaText.published(today(record));
        assertThat(text).as("the place of the change: %s", change).contains(before);
        Schema changed = new Schema.Parser().parse(text.replace(before, after));

        // When
        List<String> broken = Evolution.of(record).broken(today(record), changed);

        // Then
        assertThat(broken).anyMatch(line -> line.contains(problem));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "InferenceJob | a field with a default is added | \"fields\":[ | \"fields\":[{\"name\":\"added\",\"type\":\"int\",\"default\":1},",
                "InferenceResult | a field with a default is added | \"fields\":[ | \"fields\":[{\"name\":\"added\",\"type\":[\"null\",\"int\"],\"default\":null},",
                "InferenceResult | a symbol is added before the default | \"UNKNOWN\"], | \"LATER\",\"UNKNOWN\"],",
                "InferenceResult | a field with a default goes | {\"name\":\"attempts\",\"type\":\"int\",\"default\":0}, | ``",
                "InferenceResult | the words change | \"doc\":\" | \"doc\":\"Really: "
            })
    void aChangeThatHarmsNobodyPasses(String record, String change, String before, String after) {
        // Given
        String text = SchemaText.published(today(record));
        assertThat(text).as("the place of the change: %s", change).contains(before);
        Schema changed =
                new Schema.Parser()
                        .parse(
                                text.replaceFirst(
                                        Pattern.quote(before), Matcher.quoteReplacement(after)));

        // When / Then
        assertThat(Evolution.of(record).broken(today(record), changed)).isEmpty();
    }

    private static List<String> brokenSince(Path file) throws IOException {
        Schema past = new Schema.Parser().parse(Files.readString(file));
        Schema present = TODAY.get(record(file));
        return present == null
                ? List.of("the record is gone")
                : Evolution.of(record(file)).broken(past, present);
    }

    private static Stream<Path> published() throws IOException {
        try (Stream<Path> files = Files.walk(HISTORY)) {
            return files
                    .filter(file -> file.toString().endsWith(".avsc"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static String record(Path file) {
        return file.getFileName().toString().replace(".avsc", "");
    }

    private static Schema today(String record) {
        return requireNonNull(TODAY.get(record));
    }
}
