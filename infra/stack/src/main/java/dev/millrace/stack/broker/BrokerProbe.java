package dev.millrace.stack.broker;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Asks a broker which API versions it speaks: the first request that every client sends, so a
 * broker that answers it serves clients. By hand, because a probe must not cost a client's threads.
 */
public final class BrokerProbe {

    private static final int TIMEOUT_MS = 800;
    private static final short API_VERSIONS = 18;
    private static final short VERSION = 0;
    private static final short NO_CLIENT_ID = -1;
    private static final int CORRELATION_ID = 0x6d6c7263;
    private static final int REQUEST_BYTES = 10;

    private BrokerProbe() {}

    /** One probe, within about a second. */
    public static boolean isServing(String host, int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            var out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(REQUEST_BYTES);
            out.writeShort(API_VERSIONS);
            out.writeShort(VERSION);
            out.writeInt(CORRELATION_ID);
            out.writeShort(NO_CLIENT_ID);
            out.flush();
            var in = new DataInputStream(socket.getInputStream());
            int size = in.readInt();
            int correlationId = in.readInt();
            int error = in.readShort();
            return size > REQUEST_BYTES && correlationId == CORRELATION_ID && error == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
