package dev.millrace.oracle;

import java.nio.file.Path;

/**
 * The running stack that is judged.
 *
 * @param passwordFile holds the database password
 */
public record Subject(
        String bootstrap, String registryUrl, String jdbcUrl, String dbUser, Path passwordFile) {}
