package dev.millrace.dispatcher.target;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Puts {@link GuardedHosts} between this process and the system's resolver. Found by the JVM as a
 * service.
 */
public final class GuardedResolverProvider extends InetAddressResolverProvider {

    @Override
    public InetAddressResolver get(Configuration configuration) {
        GuardedHosts.installed(configuration.builtinResolver());
        return new GuardedResolver(configuration.builtinResolver());
    }

    @Override
    public String name() {
        return "webhook target guard";
    }

    private record GuardedResolver(InetAddressResolver system) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
                throws UnknownHostException {
            return GuardedHosts.lookUpGuarded(host, policy);
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return system.lookupByAddress(address);
        }
    }
}
