package dev.millrace.dispatcher.target;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** What deliveries are isolated by: scheme, host and port of a URL, in one spelling. */
public final class Endpoint {
    /**
     * For everything that is not an HTTP URL: such deliveries end at the guard, whatever they say.
     */
    public static final String NONE = "none";

    public static String of(String url) {
        try {
            URI uri = new URI(url);
            if (uri.getScheme() == null || uri.getHost() == null) {
                return NONE;
            }
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
            return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port;
        } catch (URISyntaxException e) {
            return NONE;
        }
    }

    private Endpoint() {}
}
