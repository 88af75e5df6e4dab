package dev.millrace.faults;

import dev.millrace.oracle.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** How many jobs PostgreSQL holds as billed. */
final class LedgerRows {
    private final Subject subject;

    LedgerRows(Subject subject) {
        this.subject = subject;
    }

    long count() throws SQLException, IOException {
        Properties properties = new Properties();
        properties.setProperty("user", subject.dbUser());
        properties.setProperty("password", Files.readString(subject.passwordFile()).strip());
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("socketTimeout", "10");
        try (Connection connection = DriverManager.getConnection(subject.jdbcUrl(), properties);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select count(*) from ledger.usage_event")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
