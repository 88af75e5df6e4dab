package dev.millrace.workers.chat;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Ends with an error where more than a number of bytes are read. */
final class LimitedInput extends FilterInputStream {
    private final long limit;
    private final Runnable onBytes;
    private long count;

    /**
     * @param onBytes called whenever something came
     */
    LimitedInput(InputStream in, long limit, Runnable onBytes) {
        super(in);
        this.limit = limit;
        this.onBytes = onBytes;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        counted(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        counted(Math.max(0, read));
        return read;
    }

    private void counted(int bytes) throws IOException {
        count += bytes;
        if (count > limit) {
            throw new AnswerTooLargeException(limit);
        }
        if (bytes > 0) {
            onBytes.run();
        }
    }
}
