package dev.millrace.dispatcher.target;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Names of the tests' own, all under {@code .test}; every other name the system knows. */
public final class Hosts {
    private static final InetAddressResolver SYSTEM = system();

    /** Lines of address and name. */
    public static void are(String... lines) {
        Map<String, List<InetAddress>> names = new HashMap<>();
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            names.computeIfAbsent(words[1], name -> new ArrayList<>())
                    .add(InetAddress.ofLiteral(words[0]));
        }
        GuardedHosts.installed(new Names(Map.copyOf(names)));
    }

    private record Names(Map<String, List<InetAddress>> names) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
                throws UnknownHostException {
            List<InetAddress> found = names.get(host);
            if (found != null) {
                return found.stream();
            }
            if (host.endsWith(".test")) {
                throw new UnknownHostException(host);
            }
            return SYSTEM.lookupByName(host, policy);
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return SYSTEM.lookupByAddress(address);
        }
    }

    /** A look-up makes the JVM install its resolver, if none did before. */
    private static InetAddressResolver system() {
        try {
            InetAddress.getAllByName("localhost");
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
        return GuardedHosts.installed();
    }

    private Hosts() {}
}
