package dev.millrace.dispatcher.target;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses a webhook may go to: those of the public internet. Everything that stands for
 * this machine, this network, a group or nothing is refused; loopback can be allowed, for a stack
 * on one machine.
 */
public record AddressRules(boolean allowLoopback) {
    private static final List<Range> REFUSED_V4 =
            List.of(
                    Range.of("0.0.0.0", 8),
                    Range.of("10.0.0.0", 8),
                    Range.of("100.64.0.0", 10),
                    Range.of("169.254.0.0", 16),
                    Range.of("172.16.0.0", 12),
                    Range.of("192.0.0.0", 24),
                    Range.of("192.0.2.0", 24),
                    Range.of("192.88.99.0", 24),
                    Range.of("192.168.0.0", 16),
                    Range.of("198.18.0.0", 15),
                    Range.of("198.51.100.0", 24),
                    Range.of("203.0.113.0", 24),
                    Range.of("224.0.0.0", 4),
                    Range.of("240.0.0.0", 4));

    /** Beside the only block that is global unicast, what lies in it for other purposes. */
    private static final Range GLOBAL_V6 = Range.of("2000::", 3);

    private static final List<Range> REFUSED_V6 =
            List.of(
                    Range.of("2001::", 23),
                    Range.of("2001:db8::", 32),
                    Range.of("2002::", 16),
                    Range.of("3fff::", 20));

    /** IPv4 through a translator: judged as the IPv4 address that it stands for. */
    private static final Range TRANSLATED = Range.of("64:ff9b::", 96);

    private static final int V4_BYTES = 4;

    public boolean allows(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address.isLoopbackAddress()) {
            return allowLoopback;
        }
        return switch (address) {
            case Inet4Address v4 -> allowsV4(bytes);
            case Inet6Address v6 -> allowsV6(bytes);
            default -> false;
        };
    }

    private static boolean allowsV4(byte[] bytes) {
        return REFUSED_V4.stream().noneMatch(range -> range.holds(bytes));
    }

    private static boolean allowsV6(byte[] bytes) {
        if (TRANSLATED.holds(bytes)) {
            byte[] inner = Arrays.copyOfRange(bytes, bytes.length - V4_BYTES, bytes.length);
            return inner[0] != 127 && allowsV4(inner);
        }
        return GLOBAL_V6.holds(bytes) && REFUSED_V6.stream().noneMatch(range -> range.holds(bytes));
    }

    /** A block of addresses: those whose first {@code bits} are the network's. */
    private record Range(byte[] network, int bits) {
        static Range of(String network, int bits) {
            try {
                return new Range(InetAddress.getByName(network).getAddress(), bits);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(network + " is not an address", e);
            }
        }

        boolean holds(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >>> (bit % 8);
                if ((address[bit / 8] & mask) != (network[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
