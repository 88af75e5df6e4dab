package dev.millrace.kit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;

/**
 * How to reach PostgreSQL: {@code MILLRACE_JDBC_URL}, {@code MILLRACE_DB_USER}, {@code
 * MILLRACE_DB_PASSWORD_FILE}.
 *
 * @param passwordFile holds the password and nothing else
 */
public record Database(String jdbcUrl, String user, Path passwordFile) {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SOCKET = Duration.ofSeconds(30);

    public static Database fromEnvironment(Map<String, String> environment) {
        return new Database(
                environment.getOrDefault(
                        "MILLRACE_JDBC_URL", "jdbc:postgresql://localhost:5432/millrace"),
                environment.getOrDefault("MILLRACE_DB_USER", "millrace"),
                Path.of(environment.getOrDefault("MILLRACE_DB_PASSWORD_FILE", "db-password")));
    }

    /**
     * A bounded pool that starts also while the database is down: the first use waits and fails in
     * time.
     *
     * @param connections the most that are open at once
     */
    public HikariDataSource pool(String name, int connections) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(jdbcUrl);
        config.setUsername(user);
        config.setPassword(password());
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT.toMillis());
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.addDataSourceProperty("connectTimeout", CONNECT.toSeconds());
        config.addDataSourceProperty("socketTimeout", SOCKET.toSeconds());
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("ApplicationName", name);
        return new HikariDataSource(config);
    }

    public static Jdbi jdbi(HikariDataSource pool) {
        return Jdbi.create(pool).installPlugin(new PostgresPlugin());
    }

    /**
     * Brings a service's own schemas up to date; waits up to a minute for the database to come up.
     *
     * @param location on the class path, for example {@code db/ledger}
     * @param schemas the first holds the history table
     */
    public static void migrate(HikariDataSource pool, String location, String... schemas) {
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:" + location)
                .schemas(schemas)
                .connectRetries(30)
                .connectRetriesInterval(2)
                .load()
                .migrate();
    }

    private String password() {
        try {
            return Files.readString(passwordFile).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "MILLRACE_DB_PASSWORD_FILE names an unreadable file: " + passwordFile, e);
        }
    }
}
