package dev.millrace.dispatcher.send;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Reads a short body to its end, so that the connection can be used again, and breaks off a long
 * one.
 */
final class BoundedDrain implements BodySubscriber<Void> {
    private static final long MOST = 64 * 1024;

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile @Nullable Subscription subscription;
    private long seen;

    @Override
    public CompletionStage<Void> getBody() {
        return done;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            seen += buffer.remaining();
        }
        Subscription reading = subscription;
        if (seen > MOST && reading != null) {
            reading.cancel();
            onComplete();
        }
    }

    @Override
    public void onError(Throwable failure) {
        done.completeExceptionally(failure);
    }

    @Override
    @SuppressWarnings("NullAway") // the only value of Void
    public void onComplete() {
        done.complete(null);
    }
}
