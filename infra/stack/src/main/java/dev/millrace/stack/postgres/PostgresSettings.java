package dev.millrace.stack.postgres;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One PostgreSQL server on loopback, small but durable: what it has acknowledged survives a crash.
 *
 * @param dataDirectory its data; it survives restarts. Nothing else may lie in it
 * @param port 1 to 65535
 * @param passwordFile holds the user's password; written with mode 600 when it is missing
 */
public record PostgresSettings(Path dataDirectory, int port, Path passwordFile) {

    public static final String DATABASE = "millrace";
    public static final String USER = "millrace";

    private static final String HOST = "127.0.0.1";

    public PostgresSettings {
        dataDirectory = dataDirectory.toAbsolutePath().normalize();
        passwordFile = passwordFile.toAbsolutePath().normalize();
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be 1 to 65535, was " + port);
        }
        if (dataDirectory.getParent() == null) {
            throw new IllegalArgumentException("dataDirectory must not be the root directory");
        }
        if (passwordFile.startsWith(dataDirectory)) {
            throw new IllegalArgumentException(
                    "passwordFile must not lie in dataDirectory: " + passwordFile);
        }
    }

    /** Where the data directory lies; first-time initialisation needs room beside it. */
    Path parent() {
        return Objects.requireNonNull(dataDirectory.getParent());
    }

    /** The database's address, without user and password. */
    public String jdbcUrl() {
        return jdbcUrl(HOST, port);
    }

    /** The same database on a server elsewhere. */
    public static String jdbcUrl(String host, int port) {
        return "jdbc:postgresql://" + host + ":" + port + "/" + DATABASE;
    }

    /** The server's configuration under PostgreSQL's own names. */
    Map<String, String> toParameters() {
        var p = new TreeMap<String, String>();
        p.put("listen_addresses", HOST);
        p.put("port", Integer.toString(port));
        // No socket files: their paths have a length limit, and TCP is what everyone uses.
        p.put("unix_socket_directories", "");
        p.put("fsync", "on");
        p.put("synchronous_commit", "on");
        p.put("full_page_writes", "on");
        p.put("max_connections", "60");
        p.put("shared_buffers", "32MB");
        p.put("maintenance_work_mem", "32MB");
        p.put("max_wal_size", "256MB");
        p.put("min_wal_size", "80MB");
        // Nobody replicates from a laptop: less WAL and fewer processes.
        p.put("wal_level", "minimal");
        p.put("max_wal_senders", "0");
        p.put("max_logical_replication_workers", "0");
        p.put("io_method", "sync");
        p.put("jit", "off");
        p.put("log_checkpoints", "off");
        p.put("timezone", "UTC");
        p.put("log_timezone", "UTC");
        return Map.copyOf(p);
    }

    /** The same as arguments of the postgres command, in a fixed order. */
    List<String> toArguments() {
        return new TreeMap<>(toParameters())
                .entrySet().stream()
                        .flatMap(e -> List.of("-c", e.getKey() + "=" + e.getValue()).stream())
                        .toList();
    }
}
