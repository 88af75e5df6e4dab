package dev.millrace.local.demo;

import dev.millrace.kit.Connection;
import dev.millrace.local.home.Endpoints;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Posts the jobs of a run, by topic and by HTTP at the same time, a few HTTP calls at once. */
final class Posting implements AutoCloseable {
    private static final int CALLS_AT_ONCE = 6;

    private final List<DemoJob> jobs;
    private final String run;
    private final TopicPoster topic;
    private final HttpPoster http;
    private final WebhookReceiver webhooks;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore calls = new Semaphore(CALLS_AT_ONCE);
    private final AtomicInteger posted = new AtomicInteger();
    private final Set<String> httpIds = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    Posting(
            List<DemoJob> jobs,
            String run,
            Connection connection,
            Endpoints endpoints,
            WebhookReceiver webhooks) {
        this.jobs = List.copyOf(jobs);
        this.run = run;
        this.topic = new TopicPoster(connection);
        this.http = new HttpPoster(endpoints.ingressUrl(), endpoints.apiKeys());
        this.webhooks = webhooks;
    }

    void start() {
        threads.execute(() -> guarded(this::postByTopic));
        for (int i = 0; i < jobs.size(); i++) {
            int index = i;
            if (jobs.get(index).overHttp()) {
                threads.execute(() -> guarded(() -> postByHttp(index)));
            }
        }
    }

    int posted() {
        return posted.get();
    }

    boolean finished() {
        return posted.get() == jobs.size();
    }

    Set<String> httpIds() {
        return httpIds;
    }

    void throwIfFailed() {
        Exception error = failure.get();
        if (error != null) {
            throw new IllegalStateException(
                    "a job could not be posted: " + error.getMessage(), error);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        topic.close();
    }

    private void postByTopic() throws Exception {
        for (int i = 0; i < jobs.size(); i++) {
            if (!jobs.get(i).overHttp()) {
                topic.post(jobs.get(i), metadata(i));
                posted.incrementAndGet();
            }
        }
    }

    private void postByHttp(int index) throws Exception {
        calls.acquire();
        try {
            DemoJob job = jobs.get(index);
            httpIds.add(
                    http.post(
                            job,
                            metadata(index),
                            webhooks.urlFor(job.tenant()),
                            run + "-" + index));
            posted.incrementAndGet();
        } finally {
            calls.release();
        }
    }

    private Map<String, String> metadata(int index) {
        return Map.of(ResultWatcher.RUN, run, ResultWatcher.INDEX, Integer.toString(index));
    }

    private void guarded(Work work) {
        try {
            work.run();
        } catch (Exception e) {
            failure.compareAndSet(null, e);
        }
    }

    private interface Work {
        void run() throws Exception;
    }
}
