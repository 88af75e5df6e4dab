package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An HTTP server that sends what it is told, down to how the connection ends. */
public final class Loopback implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Function<Asked, Reply> replies;

    public Loopback(Function<Asked, Reply> replies) throws IOException {
        this.replies = replies;
        Thread.ofVirtual().start(this::serve);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
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
            InputStream in = socket.getInputStream();
            String path = line(in).split(" ")[1];
            Map<String, String> headers = new HashMap<>();
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            byte[] body =
                    in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
            JsonNode tree = body.length == 0 ? JSON.nullNode() : JSON.readTree(body);
            Asked request = new Asked(path, headers, tree);
            asked.add(request);
            send(socket, replies.apply(request));
        } catch (IOException e) {
            // the other side was first
        }
    }

    private void send(Socket socket, Reply reply) throws IOException {
        OutputStream out = socket.getOutputStream();
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " X\r\n");
        head.append("Connection: close\r\nTransfer-Encoding: chunked\r\n");
        reply.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        if (reply.end() == Reply.End.IN_HEADERS) {
            out.write(head.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
            return;
        }
        out.write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
        for (byte[] frame : reply.frames()) {
            out.write(
                    (Integer.toHexString(frame.length) + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.write(frame);
            out.write("\r\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
        switch (reply.end()) {
            case WELL -> {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                out.flush();
                socket.close();
            }
            case CUT -> {
                pause();
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case SILENT, IN_HEADERS -> {}
        }
    }

    /** What was sent arrives before the reset does. */
    private static void pause() {
        try {
            Thread.sleep(30);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
