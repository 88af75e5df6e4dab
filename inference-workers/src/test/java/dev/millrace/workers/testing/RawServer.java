package dev.millrace.workers.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Reads a request, sends bytes as they are, and then hangs or cuts the connection. */
public final class RawServer implements AutoCloseable {
    /** The head of a stream and its first two pieces. */
    public static final String HALF_A_STREAM =
            """
            HTTP/1.1 200 OK\r
            Content-Type: text/event-stream\r
            Transfer-Encoding: chunked\r
            \r
            """
                    + chunk("one ")
                    + chunk("two ");

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final String bytes;
    private final boolean cuts;

    private RawServer(String bytes, boolean cuts) throws IOException {
        this.bytes = bytes;
        this.cuts = cuts;
        Thread.ofVirtual().start(this::serve);
    }

    public static RawServer thatCutsAfter(String bytes) throws IOException {
        return new RawServer(bytes, true);
    }

    public static RawServer thatHangsAfter(String bytes) throws IOException {
        return new RawServer(bytes, false);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
    }

    private static String chunk(String piece) {
        String event =
                "data: {\"id\": \"x\", \"choices\": [{\"index\": 0, \"delta\": {\"content\": \"%s\"}}]}\n\n"
                        .formatted(piece);
        return Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(Socket socket) {
        try {
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = in.readLine();
            while (line != null && !line.isEmpty()) {
                line = in.readLine();
            }
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            if (cuts) {
                // what was sent arrives before the reset does
                Thread.sleep(50);
                socket.setSoLinger(true, 0);
                socket.close();
            }
        } catch (IOException e) {
            // the other side was first
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
