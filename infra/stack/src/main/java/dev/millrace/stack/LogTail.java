package dev.millrace.stack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file, read without reading the rest. */
final class LogTail {

    private static final int MAX_BYTES = 16 * 1024;

    private LogTail() {}

    /**
     * The last lines of a log.
     *
     * @param from bytes before this offset are of no interest
     * @param maxLines how many lines at most
     * @return empty when the log cannot be read: it only ever explains another failure
     */
    static List<String> read(Path log, long from, int maxLines) {
        try (var channel = FileChannel.open(log)) {
            long start = Math.max(from, channel.size() - MAX_BYTES);
            var buffer = ByteBuffer.allocate(MAX_BYTES);
            while (buffer.hasRemaining() && channel.read(buffer, start + buffer.position()) >= 0) {
                // read on until the buffer or the file ends
            }
            var lines =
                    new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.isBlank())
                            .toList();
            return lines.subList(Math.max(0, lines.size() - maxLines), lines.size());
        } catch (IOException e) {
            return List.of();
        }
    }
}
