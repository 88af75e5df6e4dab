package dev.millrace.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kit.DatabaseErrors.Kind;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseErrorsTest {

    @ParameterizedTest
    @CsvSource({
        "22P05, BAD_DATA",
        "23505, BAD_DATA",
        "54000, BAD_DATA",
        "08006, TRANSIENT",
        "40P01, TRANSIENT",
        "57P01, TRANSIENT",
        "53300, TRANSIENT"
    })
    void theStateOfTheInnermostStatementDecides(String state, Kind kind) {
        RuntimeException wrapped =
                new IllegalStateException(new RuntimeException(new SQLException("refused", state)));

        assertThat(DatabaseErrors.kindOf(wrapped)).isEqualTo(kind);
    }

    @Test
    void aFailureWithoutAnSqlStateMayPass() {
        assertThat(DatabaseErrors.kindOf(new IllegalStateException(new SQLException("no state"))))
                .isEqualTo(Kind.TRANSIENT);
    }

    @Test
    void aFailureThatIsNotTheDatabasesIsSaidToBeSo() {
        assertThat(DatabaseErrors.kindOf(new IllegalStateException("a mistake")))
                .isEqualTo(Kind.OTHER);
    }

    @Test
    void whatIsLoggedNeverQuotesARow() {
        SQLException refused =
                new SQLException(
                        "ERROR: invalid: \"secret words\"\n Detail: secret words", "22P02");
        SQLException down = new SQLException("Connection refused\nmore", "08001");

        assertThat(
                        DatabaseErrors.describe(
                                new IllegalStateException("arguments: secret words", refused)))
                .isEqualTo("SQLException sqlstate=22P02");
        assertThat(DatabaseErrors.describe(new IllegalStateException(down)))
                .isEqualTo("SQLException sqlstate=08001 Connection refused");
    }
}
