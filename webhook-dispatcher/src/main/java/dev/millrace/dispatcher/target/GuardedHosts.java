package dev.millrace.dispatcher.target;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that webhooks are being sent to. While one is here, every look-up of its name in this
 * process answers allowed addresses only, so the HTTP client can connect to no other, whatever the
 * name's owner lets it resolve to in the moment between the check and the connection. Names that
 * are not here (the broker's, the database's) are left alone.
 *
 * <p>It is one for the process because the JVM's resolver is: {@link GuardedResolverProvider} asks
 * it.
 */
final class GuardedHosts {
    private static final ConcurrentHashMap<String, Guarded> HOSTS = new ConcurrentHashMap<>();

    private static volatile @Nullable InetAddressResolver system;

    private record Guarded(AddressRules rules, int users) {}

    /** Guards a host until the answer is closed. */
    static Guard guard(String host, AddressRules rules) {
        String name = spelled(host);
        HOSTS.compute(
                name,
                (key, present) -> new Guarded(rules, present == null ? 1 : present.users() + 1));
        return () -> HOSTS.computeIfPresent(name, (key, present) -> oneLess(present));
    }

    private static @Nullable Guarded oneLess(Guarded guarded) {
        return guarded.users() == 1 ? null : new Guarded(guarded.rules(), guarded.users() - 1);
    }

    /** Where answers come from before they are filtered. */
    static void installed(InetAddressResolver resolver) {
        system = resolver;
    }

    /** Fails where this process's look-ups do not come through here: nothing would be guarded. */
    static InetAddressResolver installed() {
        InetAddressResolver resolver = system;
        if (resolver == null) {
            throw new IllegalStateException("the look-ups of this process are not guarded");
        }
        return resolver;
    }

    /** All that the system's resolver says now, past the JVM's cache. */
    static List<InetAddress> lookUp(String host) throws UnknownHostException {
        return installed()
                .lookupByName(host, LookupPolicy.of(LookupPolicy.IPV4 | LookupPolicy.IPV6))
                .toList();
    }

    /** The addresses that may be used of those that are found. */
    static Stream<InetAddress> lookUpGuarded(String host, LookupPolicy policy)
            throws UnknownHostException {
        Stream<InetAddress> found = installed().lookupByName(host, policy);
        Guarded guarded = HOSTS.get(spelled(host));
        if (guarded == null) {
            return found;
        }
        List<InetAddress> allowed = found.filter(guarded.rules()::allows).toList();
        if (allowed.isEmpty()) {
            throw new UnknownHostException(
                    host + " resolves to no address that a webhook may go to");
        }
        return allowed.stream();
    }

    private static String spelled(String host) {
        return host.toLowerCase(Locale.ROOT);
    }

    /** Ends the guarding of one user. */
    interface Guard extends AutoCloseable {
        @Override
        void close();
    }

    private GuardedHosts() {}
}
