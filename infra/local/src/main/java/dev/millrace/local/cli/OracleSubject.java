package dev.millrace.local.cli;

import dev.millrace.local.home.Endpoints;
import dev.millrace.oracle.Subject;
import java.nio.file.Path;

/** The running stack as the oracle is told about it. */
public final class OracleSubject {
    public static Subject of(Endpoints endpoints) {
        return new Subject(
                endpoints.bootstrap(),
                endpoints.registryUrl(),
                endpoints.jdbcUrl(),
                endpoints.dbUser(),
                Path.of(endpoints.dbPasswordFile()));
    }

    private OracleSubject() {}
}
