package dev.millrace.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** What PostgreSQL says: usage rows, the roll-up, and the delivery records. */
final class LedgerEvidence {
    final Map<String, UsageRow> usage = new HashMap<>();
    final Map<String, Delivery> deliveries = new HashMap<>();
    long hourlyMicros;
    long hourlyJobs;

    record UsageRow(
            String tenant, long micros, long inputTokens, long outputTokens, Instant completedAt) {}

    record Delivery(String state, int attempts, int recordedAttempts, Instant nextAttemptAt) {}

    static LedgerEvidence read(Subject subject) throws SQLException, IOException {
        Properties properties = new Properties();
        properties.setProperty("user", subject.dbUser());
        properties.setProperty("password", Files.readString(subject.passwordFile()).strip());
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "60");
        LedgerEvidence evidence = new LedgerEvidence();
        try (Connection connection = DriverManager.getConnection(subject.jdbcUrl(), properties)) {
            // one snapshot, so that rows and roll-up belong together
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            evidence.readUsage(connection);
            evidence.readDeliveries(connection);
            connection.rollback();
        }
        return evidence;
    }

    private void readUsage(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(10_000);
            try (ResultSet rows =
                    statement.executeQuery(
                            "select job_id, tenant, cost_micros, input_tokens, output_tokens, completed_at from ledger.usage_event")) {
                while (rows.next()) {
                    usage.put(
                            rows.getString(1),
                            new UsageRow(
                                    rows.getString(2),
                                    rows.getLong(3),
                                    rows.getLong(4),
                                    rows.getLong(5),
                                    rows.getTimestamp(6).toInstant()));
                }
            }
            try (ResultSet sums =
                    statement.executeQuery(
                            "select coalesce(sum(cost_micros), 0), coalesce(sum(jobs), 0) from ledger.usage_hourly")) {
                sums.next();
                hourlyMicros = sums.getLong(1);
                hourlyJobs = sums.getLong(2);
            }
        }
    }

    private void readDeliveries(Connection connection) throws SQLException {
        String query =
                """
                select d.webhook_id, d.state, d.attempts, d.next_attempt_at,
                       (select count(*) from webhook.attempt a where a.webhook_id = d.webhook_id)
                from webhook.delivery d
                """;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                java.sql.Timestamp next = rows.getTimestamp(4);
                deliveries.put(
                        rows.getString(1),
                        new Delivery(
                                rows.getString(2),
                                rows.getInt(3),
                                rows.getInt(5),
                                next == null ? Instant.MAX : next.toInstant()));
            }
        }
    }
}
