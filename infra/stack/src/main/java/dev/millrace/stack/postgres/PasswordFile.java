package dev.millrace.stack.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A generated password in a file that only its owner can read. */
public final class PasswordFile {

    private static final int PASSWORD_BYTES = 24;

    private PasswordFile() {}

    /** The password, without the line end. */
    public static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }

    /** Writes a new password of hexadecimal digits, whole or not at all. */
    static void create(Path file, SecureRandom random) throws IOException {
        Path directory = file.toAbsolutePath().resolveSibling(".").normalize();
        Files.createDirectories(directory);
        byte[] bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        Path fresh = writePrivately(directory, HexFormat.of().formatHex(bytes));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A new file of mode 600 with this text. */
    static Path writePrivately(Path directory, String text) throws IOException {
        Path file =
                Files.createTempFile(
                        directory,
                        ".password-",
                        "",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text + "\n");
    }
}
