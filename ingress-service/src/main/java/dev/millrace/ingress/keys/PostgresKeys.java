package dev.millrace.ingress.keys;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** The table {@code ingress.api_key}. */
public final class PostgresKeys implements IssuedKeys {
    private static final int TIMEOUT_SECONDS = 5;

    /** One tenant's keys are made one after the other, so that no two are both the last allowed. */
    private static final String LOCK = "select pg_advisory_xact_lock(hashtext('key/' || :tenant))";

    private static final String COUNT =
            "select count(*) from ingress.api_key where tenant = :tenant and revoked_at is null";

    private static final String ADD =
            """
            insert into ingress.api_key (key_id, tenant, sha256, label, scopes, created_at)
            values (:key_id, :tenant, :sha256, :label, :scopes, :created_at)
            """;

    private static final String LIST =
            "select * from ingress.api_key where tenant = :tenant order by created_at desc, key_id";

    private static final String REVOKE =
            """
            update ingress.api_key set revoked_at = now()
            where tenant = :tenant and key_id = :key_id and revoked_at is null
            """;

    private static final String USE =
            """
            update ingress.api_key set last_used_at = now()
            where sha256 = :sha256 and revoked_at is null
            returning *
            """;

    private final Jdbi jdbi;

    public PostgresKeys(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    @Override
    public boolean add(IssuedKey key, String sha256) {
        return asking(() -> jdbi.inTransaction(handle -> add(handle, key, sha256)));
    }

    @Override
    public List<IssuedKey> list(String tenant) {
        return asking(
                () ->
                        jdbi.withHandle(
                                handle ->
                                        handle.createQuery(LIST)
                                                .setQueryTimeout(TIMEOUT_SECONDS)
                                                .bind("tenant", tenant)
                                                .map((row, context) -> key(row))
                                                .list()));
    }

    @Override
    public boolean revoke(String tenant, String id) {
        return asking(
                () ->
                        jdbi.withHandle(
                                        handle ->
                                                handle.createUpdate(REVOKE)
                                                        .setQueryTimeout(TIMEOUT_SECONDS)
                                                        .bind("tenant", tenant)
                                                        .bind("key_id", id)
                                                        .execute())
                                == 1);
    }

    @Override
    public Optional<IssuedKey> use(String sha256) {
        return asking(
                () ->
                        jdbi.withHandle(
                                handle ->
                                        handle.createQuery(USE)
                                                .setQueryTimeout(TIMEOUT_SECONDS)
                                                .bind("sha256", sha256)
                                                .map((row, context) -> key(row))
                                                .findOne()));
    }

    private static boolean add(Handle handle, IssuedKey key, String sha256) {
        handle.createQuery(LOCK)
                .setQueryTimeout(TIMEOUT_SECONDS)
                .bind("tenant", key.tenant())
                .mapToMap()
                .list();
        long live = handle.createQuery(COUNT).bind("tenant", key.tenant()).mapTo(Long.class).one();
        if (live >= MOST_LIVE) {
            return false;
        }
        handle.createUpdate(ADD)
                .bind("key_id", key.id())
                .bind("tenant", key.tenant())
                .bind("sha256", sha256)
                .bind("label", key.label())
                .bindArray(
                        "scopes",
                        String.class,
                        key.scopes().stream().map(Scope::word).sorted().toList())
                .bind("created_at", key.createdAt().atOffset(ZoneOffset.UTC))
                .execute();
        return true;
    }

    private static <T> T asking(Supplier<T> question) {
        try {
            return question.get();
        } catch (JdbiException e) {
            throw new UnavailableException(e);
        }
    }

    private static IssuedKey key(ResultSet row) throws SQLException {
        return new IssuedKey(
                row.getString("key_id"),
                row.getString("tenant"),
                row.getString("label"),
                scopes((String[]) row.getArray("scopes").getArray()),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "last_used_at"),
                instant(row, "revoked_at"));
    }

    private static Set<Scope> scopes(String[] words) {
        Stream<Optional<Scope>> named = Arrays.stream(words).map(Scope::named);
        return named.flatMap(Optional::stream).collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
                .map(OffsetDateTime::toInstant);
    }
}
