package dev.millrace.ingress.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpRequestWrapper;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import java.util.Optional;

/** The connection that a request came on: a caller who waits and goes away closes it. */
public final class Connection {
    private final Optional<Channel> channel;

    private Connection(Optional<Channel> channel) {
        this.channel = channel;
    }

    public static Connection of(HttpRequest<?> request) {
        HttpRequest<?> inner = request;
        while (inner instanceof HttpRequestWrapper<?> wrapper) {
            inner = wrapper.getDelegate();
        }
        return new Connection(
                inner instanceof NettyHttpRequest<?> netty
                        ? Optional.of(netty.getChannelHandlerContext().channel())
                        : Optional.empty());
    }

    /**
     * Calls once when the connection closes, at once where it has already.
     *
     * @return takes the call back; a connection may carry many requests
     */
    public Runnable whenClosed(Runnable gone) {
        GenericFutureListener<Future<Void>> listener = closed -> gone.run();
        channel.ifPresent(open -> open.closeFuture().addListener(listener));
        return () -> channel.ifPresent(open -> open.closeFuture().removeListener(listener));
    }

    /** Ends the connection, whatever is still to be written. */
    public void cut() {
        channel.ifPresent(Channel::close);
    }
}
