package dev.millrace.stack;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;

/** Asks over HTTP whether a server is there. */
public final class HttpProbe {

    private static final int TIMEOUT_MS = (int) Duration.ofMillis(800).toMillis();

    private HttpProbe() {}

    /** Whether a GET is answered with 2xx, within about a second. */
    public static boolean answersOk(URI uri) {
        HttpURLConnection connection = null;
        try {
            connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MS);
            connection.setReadTimeout(TIMEOUT_MS);
            connection.setInstanceFollowRedirects(false);
            return connection.getResponseCode() / 100 == 2;
        } catch (IOException e) {
            return false;
        } finally {
            if (connection != null) {
                connection.disconnect();
            }
        }
    }
}
