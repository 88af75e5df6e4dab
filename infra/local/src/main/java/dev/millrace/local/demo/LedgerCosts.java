package dev.millrace.local.demo;

import dev.millrace.local.home.Endpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** What the ledger charged for jobs, as an analyst asks it. */
final class LedgerCosts {
    private static final String QUERY =
            "select job_id, cost_micros from ledger.usage_event where job_id = any(?)";
    private final Endpoints endpoints;

    LedgerCosts(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    /** Micro-units by job id. */
    Map<String, Long> of(Collection<String> jobIds) throws SQLException, IOException {
        Properties properties = new Properties();
        properties.setProperty("user", endpoints.dbUser());
        properties.setProperty(
                "password", Files.readString(Path.of(endpoints.dbPasswordFile())).strip());
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        Map<String, Long> costs = new HashMap<>();
        try (Connection connection = DriverManager.getConnection(endpoints.jdbcUrl(), properties);
                PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setArray(1, connection.createArrayOf("text", jobIds.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    costs.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
        return costs;
    }
}
