package dev.millrace.dispatcher.target;

import dev.millrace.dispatcher.target.GuardedHosts.Guard;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Decides whether a webhook may go to a URL, and keeps the name honest until it has gone: see
 * {@link GuardedHosts}. A host with any address that is not allowed is refused as a whole.
 */
public final class TargetGuard implements AutoCloseable {
    private static final Duration LOOK_UP = Duration.ofSeconds(4);
    private static final int LOOK_UPS_AT_ONCE = 32;

    private final AddressRules rules;

    /**
     * Platform threads, because a look-up blocks in native code and would hold the carriers of all
     * virtual ones.
     */
    private final ExecutorService lookUps =
            new ThreadPoolExecutor(
                    0,
                    LOOK_UPS_AT_ONCE,
                    30,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform().name("look-up-", 0).daemon().factory());

    public TargetGuard(AddressRules rules) {
        this.rules = rules;
    }

    /** What the guard found. */
    public sealed interface Verdict {

        /** It may be sent to, until this is closed. */
        record Allowed(URI uri, AutoCloseable guard) implements Verdict {
            /** Ends the guarding of its host. */
            public void done() {
                ((Guard) guard).close();
            }
        }

        /** Never. */
        record Refused(String reason) implements Verdict {}

        /** Not known now: the name could not be looked up. */
        record Unresolved(String reason) implements Verdict {}
    }

    public Verdict check(String url) throws InterruptedException {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return new Verdict.Refused("target_malformed");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return new Verdict.Refused("target_scheme");
        }
        // a literal with a zone names an interface of this machine
        boolean hasZone = uri.getHost() != null && uri.getHost().contains("%");
        if (hasZone
                || uri.getHost() == null
                || uri.getUserInfo() != null
                || uri.getPort() == 0
                || uri.getPort() > 65_535) {
            return new Verdict.Refused("target_malformed");
        }
        return lookUp(uri, uri.getHost());
    }

    private Verdict lookUp(URI uri, String host) throws InterruptedException {
        Guard guard = GuardedHosts.guard(host, rules);
        Verdict verdict = new Verdict.Unresolved("look_up_failed");
        try {
            Future<Verdict> judging = lookUps.submit(() -> judge(uri, host, guard));
            verdict = judging.get(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            verdict = new Verdict.Unresolved("look_ups_busy");
        } catch (TimeoutException e) {
            verdict = new Verdict.Unresolved("look_up_timeout");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a look-up failed", e.getCause());
        } finally {
            if (!(verdict instanceof Verdict.Allowed)) {
                guard.close();
            }
        }
        return verdict;
    }

    /**
     * By what the name stands for now, and by what the JVM will tell the client, which may remember
     * another answer.
     */
    private Verdict judge(URI uri, String host, Guard guard) {
        try {
            List<InetAddress> told = told(host);
            boolean allowed =
                    allAllowed(told)
                            && (isLiteral(host)
                                    ? !told.isEmpty()
                                    : allAllowed(GuardedHosts.lookUp(host)));
            return allowed
                    ? new Verdict.Allowed(uri, guard)
                    : new Verdict.Refused("target_refused");
        } catch (UnknownHostException e) {
            return new Verdict.Unresolved("unknown_host");
        }
    }

    /**
     * Nothing where the guard left nothing: the system's own answer then says whether that is a
     * refusal.
     */
    private static List<InetAddress> told(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    private boolean allAllowed(List<InetAddress> addresses) {
        return addresses.stream().allMatch(rules::allows);
    }

    private static boolean isLiteral(String host) {
        try {
            return host.startsWith("[") || InetAddress.ofLiteral(host).getAddress().length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public void close() {
        lookUps.shutdownNow();
    }
}
