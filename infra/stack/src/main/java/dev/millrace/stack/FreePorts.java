package dev.millrace.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Finds ports on loopback that nothing listens on. No port is handed out twice by one instance, and
 * those it picks itself lie below the range from which the system serves outgoing connections, so
 * that hardly anything can take one before its server does. Thread-safe.
 */
public final class FreePorts {

    static final int LOWEST = 20_000;
    static final int HIGHEST = 31_999;
    private static final int ATTEMPTS = 500;

    private final RandomGenerator random;
    private final Set<Integer> handedOut = new HashSet<>();

    public FreePorts() {
        this(RandomGenerator.getDefault());
    }

    public FreePorts(RandomGenerator random) {
        this.random = random;
    }

    /** The preferred port when it is free, else any free one. */
    public synchronized int preferring(int preferred) {
        return take(preferred) ? preferred : any();
    }

    /** Any free port. */
    public synchronized int any() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = random.nextInt(LOWEST, HIGHEST + 1);
            if (take(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free port found between %d and %d in %d attempts"
                        .formatted(LOWEST, HIGHEST, ATTEMPTS));
    }

    /** Whether a server could listen on the port now. */
    public static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            // As servers do it: connections of a predecessor that still fade away do not count.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), 1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private boolean take(int port) {
        return !handedOut.contains(port) && isFree(port) && handedOut.add(port);
    }
}
