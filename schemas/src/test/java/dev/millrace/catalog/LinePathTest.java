package dev.millrace.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinePathTest {
    private static final String TEXT =
            """
            # comment
            tenants:
            - name: acme
              limits: {max_tokens: 5}
              replies:
              - a
              - b
            - name: globex
            lanes:
              - name: echo
                engine:
                  type: echo

                slots: 4
              -
                name: other
            routes: [
            """;

    @ParameterizedTest
    @CsvSource({
        "1, (document)",
        "2, tenants",
        "3, tenants[0].name",
        "4, tenants[0].limits",
        "5, tenants[0].replies",
        "7, tenants[0].replies[1]",
        "8, tenants[1].name",
        "9, lanes",
        "10, lanes[0].name",
        "12, lanes[0].engine.type",
        "14, lanes[0].slots",
        "16, lanes[1].name",
        "17, routes",
        "99, routes"
    })
    void aLineBelongsToTheFieldThatItsIndentationSays(int line, String path) {
        assertThat(LinePath.of(TEXT, line)).isEqualTo(path);
    }
}
