package dev.millrace.kit;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a failed statement means for the rows that it carried. */
public final class DatabaseErrors {
    private static final int MAX_CAUSES = 32;

    public enum Kind {
        /**
         * The rows themselves were refused (SQLSTATE classes 22, 23, 54): the same rows always will
         * be.
         */
        BAD_DATA,
        /** Anything else, an outage first of all: the same rows may go in later. */
        TRANSIENT
    }

    public static Kind kindOf(@Nullable Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            if (at instanceof SQLException sql && sql.getSQLState() != null) {
                return kindOfState(sql.getSQLState());
            }
            at = at.getCause();
        }
        return Kind.TRANSIENT;
    }

    private static Kind kindOfState(String state) {
        boolean refused =
                state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
        return refused ? Kind.BAD_DATA : Kind.TRANSIENT;
    }

    private DatabaseErrors() {}
}
