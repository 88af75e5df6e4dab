package dev.millrace.ledger.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonRowsTest {

    @Test
    void aRowHoldsWhatWasSetAndNoOtherColumn() {
        JsonRows rows = new JsonRows();

        rows.add()
                .set("a", "x")
                .set("b", 7L)
                .set("c", true)
                .set("d", Instant.EPOCH)
                .set("e", (String) null);

        assertThat(rows.size()).isEqualTo(1);
        assertThat(rows.toString())
                .isEqualTo(
                        "[{\"a\":\"x\",\"b\":7,\"c\":true,\"d\":\"1970-01-01T00:00:00Z\",\"e\":null}]");
    }

    @Test
    void textLosesTheNulThatPostgresCannotHoldWhereverItIs() {
        JsonRows rows = new JsonRows();

        rows.add().set("a", "x\0y").set("b", List.of("\0")).set("c", Map.of("k\0", "v\0"));

        assertThat(rows.toString())
                .isEqualTo(
                        "[{\"a\":\"x\uFFFDy\",\"b\":[\"\uFFFD\"],\"c\":{\"k\uFFFD\":\"v\uFFFD\"}}]");
    }

    @Test
    void nestedObjectsStandInTheirColumn() {
        JsonRows rows = new JsonRows();

        JsonRows.Row decision = rows.add().object("decision").set("candidates", List.of());
        decision.element("candidates").set("lane", "cloud");

        assertThat(rows.toString())
                .isEqualTo("[{\"decision\":{\"candidates\":[{\"lane\":\"cloud\"}]}}]");
    }
}
