package dev.millrace.workers.llama;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.workers.llama.protocol.Codec;
import dev.millrace.workers.llama.protocol.Event;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The engine's way to its worker. It takes standard output for itself: whatever native code prints
 * from then on ends up in standard error, and never between two messages.
 */
final class ProtocolChannel {

    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final OutputStream out;

    private ProtocolChannel(OutputStream out) {
        this.out = out;
    }

    static ProtocolChannel takeStandardOutput() throws IOException {
        int own = call("dup", STDOUT);
        // Opened anew by its number, since Java has no stream for a number; the pipe is the same.
        OutputStream out = new FileOutputStream("/dev/fd/" + own, true);
        call("dup2", STDERR, STDOUT);
        System.setOut(System.err);
        return new ProtocolChannel(out);
    }

    synchronized void send(Event event) throws IOException {
        out.write((Codec.line(event) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static int call(String function, int... arguments) throws IOException {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor descriptor = FunctionDescriptor.of(JAVA_INT);
        for (int ignored : arguments) {
            descriptor = descriptor.appendArgumentLayouts(JAVA_INT);
        }
        MethodHandle handle =
                linker.downcallHandle(linker.defaultLookup().findOrThrow(function), descriptor);
        int result;
        try {
            result = (int) handle.invokeWithArguments(Arrays.stream(arguments).boxed().toArray());
        } catch (Throwable e) {
            throw new IOException(function, e);
        }
        if (result < 0) {
            throw new IOException(function + " failed");
        }
        return result;
    }
}
