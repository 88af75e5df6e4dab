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
        /**
         * Any other refusal of the database, an outage first of all: the same rows may go in later.
         */
        TRANSIENT,
        /** Not the database's failure at all. */
        OTHER
    }

    public static Kind kindOf(@Nullable Throwable failure) {
        Kind kind = Kind.OTHER;
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            if (at instanceof SQLException sql) {
                kind = Kind.TRANSIENT;
                if (sql.getSQLState() != null) {
                    return kindOfState(sql.getSQLState());
                }
            }
            at = at.getCause();
        }
        return kind;
    }

    /**
     * What may be logged: the class, the SQLSTATE and, where no row can be quoted in it, the first
     * line of the message. (The message of a wrapped statement holds its arguments.)
     */
    public static String describe(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            if (at instanceof SQLException sql) {
                String shown =
                        kindOf(sql) == Kind.BAD_DATA ? "" : " " + firstLine(sql.getMessage());
                return sql.getClass().getSimpleName() + " sqlstate=" + sql.getSQLState() + shown;
            }
            at = at.getCause();
        }
        return failure.getClass().getSimpleName() + " " + firstLine(failure.getMessage());
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    private static Kind kindOfState(String state) {
        boolean refused =
                state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
        return refused ? Kind.BAD_DATA : Kind.TRANSIENT;
    }

    private DatabaseErrors() {}
}
