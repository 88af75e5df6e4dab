package dev.millrace.stack.postgres;

import dev.millrace.stack.FileTree;
import dev.millrace.stack.ServerStartException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the archive on the class path.
 *
 * @param path the directory that holds {@code bin}, {@code lib} and {@code share}
 */
public record PostgresBinaries(Path path) {

    /**
     * Unpacks the programs for this machine into a directory below the given one, named by their
     * checksum, once; processes may do so at the same time.
     *
     * @throws ServerStartException when there are none for this machine or they cannot be written
     */
    public static PostgresBinaries unpackInto(Path parent) {
        String archive = archiveFor(System.getProperty("os.name"), System.getProperty("os.arch"));
        try {
            Path home = parent.toAbsolutePath().normalize().resolve("postgresql-" + key(archive));
            if (!Files.isDirectory(home)) {
                unpack(archive, home);
            }
            return new PostgresBinaries(home);
        } catch (IOException e) {
            throw new ServerStartException(
                    "PostgreSQL could not be unpacked into " + parent + ": " + e.getMessage(), e);
        }
    }

    Path program(String name) {
        return path.resolve("bin").resolve(name);
    }

    static String archiveFor(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String arch = osArch.toLowerCase(Locale.ROOT);
        if (os.equals("linux")) {
            switch (arch) {
                case "amd64", "x86_64" -> {
                    return "postgres-linux-x86_64.txz";
                }
                case "aarch64", "arm64" -> {
                    return "postgres-linux-arm_64.txz";
                }
                default -> {}
            }
        }
        throw new ServerStartException(
                "PostgreSQL is included for Linux on x86-64 and ARM64, this is %s on %s"
                        .formatted(osName, osArch));
    }

    /** Tells one archive from another without reading all of it. */
    private static String key(String archive) throws IOException {
        var connection = resource(archive).openConnection();
        connection.setUseCaches(false);
        try (var in = connection.getInputStream()) {
            return connection instanceof JarURLConnection jar
                    ? Long.toHexString(jar.getJarEntry().getCrc())
                    : Long.toHexString(connection.getContentLengthLong());
        }
    }

    /** Unpacks beside the target and renames at the end, so that a target is always complete. */
    private static void unpack(String archive, Path home) throws IOException {
        Files.createDirectories(home.getParent());
        Path fresh = Files.createTempDirectory(home.getParent(), ".unpacking-");
        try {
            try (var tar =
                    new TarArchiveInputStream(
                            new XZInputStream(
                                    new BufferedInputStream(resource(archive).openStream())))) {
                for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    write(entry, tar, fresh);
                }
            }
            // A temporary directory is closed to others; the server may run as another user.
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another process was faster, with the same content.
        } finally {
            FileTree.delete(fresh);
        }
    }

    private static void write(TarArchiveEntry entry, TarArchiveInputStream tar, Path root)
            throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("entry outside of the archive: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, target);
            boolean executable = (entry.getMode() & 0111) != 0;
            Files.setPosixFilePermissions(
                    target,
                    PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static URL resource(String archive) throws IOException {
        var resource = PostgresBinaries.class.getResource("/" + archive);
        if (resource == null) {
            throw new IOException(archive + " is not on the class path");
        }
        return resource;
    }
}
