package dev.millrace.workers.llama.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.workers.llama.ResponseFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaFormTest {

    private static final String PERSON =
            """
            {"type": "object", "title": "A person",
             "properties": {
               "name": {"type": "string", "minLength": 1, "maxLength": 8},
               "age": {"type": "integer"},
               "mood": {"enum": ["good", "bad", 3, null]},
               "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 1, "maxItems": 3},
               "size": {"anyOf": [{"type": "number"}, {"type": "boolean"}]}},
             "required": ["name", "tags"],
             "additionalProperties": false,
             "$defs": {"tag": {"type": "string", "maxLength": 4}}}
            """;

    private static boolean fits(String schema, String text) throws Exception {
        return AnswerForms.start(new ResponseFormat.JsonSchema(schema))
                .orElseThrow()
                .after(text.getBytes(StandardCharsets.UTF_8))
                .mayEnd();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"Ann\",\"tags\":[\"a\"]}",
                "{\"name\": \"Ann\", \"age\": -30, \"tags\": [\"a\", \"b\"]}",
                "{\n  \"name\": \"\u00e9\ud83d\ude80\",\n  \"mood\": null,\n  \"tags\": [\"\"]\n}",
                "{\"name\":\"\\n\\u00e9\",\"mood\":3,\"tags\":[\"a\"],\"size\":1.5e-3}",
                "{\"name\":\"A\",\"tags\":[\"a\",\"b\",\"c\"],\"size\":true}"
            })
    void whatTheSchemaAllowsFits(String text) throws Exception {
        assertThat(fits(PERSON, text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"name\":\"Ann\"}",
                "{\"name\":\"\",\"tags\":[\"a\"]}",
                "{\"name\":\"Annabella\",\"tags\":[\"a\"]}",
                "{\"name\":\"Ann\",\"tags\":[]}",
                "{\"name\":\"Ann\",\"tags\":[\"a\",\"b\",\"c\",\"d\"]}",
                "{\"name\":\"Ann\",\"tags\":[\"abcde\"]}",
                "{\"name\":\"Ann\",\"age\":1.5,\"tags\":[\"a\"]}",
                "{\"name\":\"Ann\",\"age\":01,\"tags\":[\"a\"]}",
                "{\"name\":\"Ann\",\"mood\":\"mixed\",\"tags\":[\"a\"]}",
                "{\"name\":\"Ann\",\"tags\":[\"a\"],}",
                "{\"name\":\"Ann\",\"tags\":[\"a\"],\"more\":1}",
                "{\"name\":\"A\nn\",\"tags\":[\"a\"]}",
                "{\"name\":\"\\ud83d\",\"tags\":[\"a\"]}",
                "{\"name\":\"Ann\",\"tags\":[\"a\"]} "
            })
    void whatItDoesNotAllowDoesNotFit(String text) throws Exception {
        assertThat(fits(PERSON, text)).isFalse();
    }

    @Property(tries = 200)
    void whateverIsWrittenByteByByteIsWhatTheSchemaAllows(@ForAll long seed) throws Exception {
        // Given
        Random random = new Random(seed);
        FormProgress progress =
                AnswerForms.start(new ResponseFormat.JsonSchema(PERSON)).orElseThrow();
        List<Byte> written = new ArrayList<>();

        // When
        while (!progress.mustEnd()) {
            FormProgress now = progress;
            List<Byte> fitting = new ArrayList<>();
            for (int b = 0; b < 256; b++) {
                if (!now.after((byte) b).isDead()) {
                    fitting.add((byte) b);
                }
            }
            assertThat(fitting).as("there is always a way on").isNotEmpty();
            byte chosen = fitting.get(random.nextInt(fitting.size()));
            written.add(chosen);
            progress = now.after(chosen);
            assertThat(written).hasSizeLessThan(2_000);
        }

        // Then
        byte[] bytes = new byte[written.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = written.get(i);
        }
        JsonNode json = new ObjectMapper().readTree(bytes);
        assertThat(
                        json.path("name")
                                .asText()
                                .codePointCount(0, json.path("name").asText().length()))
                .isBetween(1, 8);
        assertThat(json.path("tags").size()).isBetween(1, 3);
        assertThat(List.of("name", "age", "mood", "tags", "size"))
                .containsAll(() -> json.fieldNames());
    }

    @Test
    void aSchemaMayContainItself() throws Exception {
        // Given
        String tree =
                """
                {"type": "object",
                 "properties": {"value": {"type": "integer"},
                                "children": {"type": "array", "items": {"$ref": "#"}}},
                 "required": ["value"]}
                """;

        // Then
        assertThat(fits(tree, "{\"value\":1,\"children\":[{\"value\":2,\"children\":[]}]}"))
                .isTrue();
        assertThat(fits(tree, "{\"value\":1,\"children\":[{\"children\":[]}]}")).isFalse();
    }

    @Test
    void anOverlappingChoiceDoesNotGrowWithoutBound() throws Exception {
        // Given
        String schema =
                "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"integer\"}]}}";
        StringBuilder text = new StringBuilder("[1");

        // When
        text.append(",1".repeat(2_000)).append(']');

        // Then
        assertThat(fits(schema, text.toString())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "[]",
                "{}",
                "{\"type\":\"text\"}",
                "{\"type\":\"string\",\"pattern\":\"a+\"}",
                "{\"type\":\"integer\",\"minimum\":3}",
                "{\"type\":\"string\",\"minLength\":5,\"maxLength\":4}",
                "{\"type\":\"string\",\"maxLength\":1000000}",
                "{\"anyOf\":[]}",
                "{\"enum\":[]}",
                "{\"enum\":[{}]}",
                "{\"$ref\":\"#\"}",
                "{\"$ref\":\"#/$defs/none\"}",
                "{\"$ref\":\"http://example.com/schema\"}",
                "{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}",
                "{\"oneOf\":[{\"type\":\"null\"}]}",
                "{\"type\":\"object\",\"properties\":{},\"required\":[\"a\"]}",
                "{\"type\":\"string\",\"type\":\"string\"}"
            })
    void whatCannotBeHeldToIsRefused(String schema) {
        assertThatThrownBy(() -> fits(schema, "")).isInstanceOf(UnsupportedFormatException.class);
    }

    @Test
    void aRefusalNamesTheKeywordAndItsPlace() {
        assertThatThrownBy(
                        () ->
                                fits(
                                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"x\"}}}",
                                        ""))
                .hasMessageContaining("$.properties.a.pattern");
    }

    @Test
    void aHugeSchemaIsRefused() {
        String many = "{\"type\":\"null\"},".repeat(3_000);
        String deep =
                "{\"type\":\"array\",\"items\":".repeat(200)
                        + "{\"type\":\"null\"}"
                        + "}".repeat(200);
        assertThatThrownBy(() -> fits("{\"anyOf\":[" + many + "{\"type\":\"null\"}]}", ""))
                .isInstanceOf(UnsupportedFormatException.class);
        assertThatThrownBy(() -> fits(deep, "")).isInstanceOf(UnsupportedFormatException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{}; true",
                "{\"a\": [1, {\"b\": null}], \"c\": \"d\"}; true",
                "[]; false",
                "1; false",
                "{\"a\" 1}; false"
            })
    void anyObjectIsJson(String text, boolean fits) throws Exception {
        assertThat(
                        AnswerForms.start(new ResponseFormat.Json())
                                .orElseThrow()
                                .after(text.getBytes(StandardCharsets.UTF_8))
                                .mayEnd())
                .isEqualTo(fits);
    }
}
