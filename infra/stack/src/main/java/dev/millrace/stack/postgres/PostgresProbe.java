package dev.millrace.stack.postgres;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Asks a database whether its user can use it. */
public final class PostgresProbe {

    private static final String ONE_SECOND = "1";

    private PostgresProbe() {}

    /** One probe, within a second or two: a login, which a server that still recovers refuses. */
    public static boolean isServing(String jdbcUrl, String password) {
        var properties = new Properties();
        properties.setProperty("user", PostgresSettings.USER);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", ONE_SECOND);
        properties.setProperty("socketTimeout", ONE_SECOND);
        properties.setProperty("loginTimeout", ONE_SECOND);
        try (var connection = DriverManager.getConnection(jdbcUrl, properties)) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }
}
