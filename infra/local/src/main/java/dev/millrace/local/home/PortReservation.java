package dev.millrace.local.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps two stacks that start at the same moment from choosing the same port, which is free for
 * both until one of them listens: a lock on a file for each port, held as long as this process
 * lives.
 */
final class PortReservation {
    private final Path folder =
            Path.of(
                    System.getProperty("java.io.tmpdir"),
                    "millrace-ports-" + System.getProperty("user.name"));
    private final Map<Integer, FileLock> held = new HashMap<>();

    /** False where another stack has it. */
    synchronized boolean take(int port) {
        if (held.containsKey(port)) {
            return true;
        }
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(
                            folder.resolve(Integer.toString(port)),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                return false;
            }
            held.put(port, lock);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
        }
    }

    private static @org.jspecify.annotations.Nullable FileLock tryLock(FileChannel channel)
            throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
