package dev.millrace.dispatcher.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {
    private static final AddressRules STRICT = new AddressRules(false);
    private static final AddressRules LOCAL = new AddressRules(true);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "93.184.216.34",
                "172.15.255.255",
                "172.32.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "192.167.255.255",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:81b::200e",
                "64:ff9b::808:808"
            })
    void publicAddressesAreAllowed(String address) throws Exception {
        assertThat(STRICT.allows(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "100.64.0.1",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.51.100.7",
                "203.0.113.5",
                "224.0.0.1",
                "239.255.255.250",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:10.0.0.1",
                "::ffff:127.0.0.1",
                "::10.0.0.1",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "fec0::1",
                "ff02::1",
                "2001:db8::1",
                "2001::1",
                "2002:a00:1::1",
                "64:ff9b::a00:1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "3fff::1",
                "100::1"
            })
    void thisMachineThisNetworkGroupsAndNothingAreRefused(String address) throws Exception {
        assertThat(STRICT.allows(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"})
    void loopbackCanBeAllowed(String address) throws Exception {
        assertThat(LOCAL.allows(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "169.254.169.254",
                "0.0.0.0",
                "::",
                "fe80::1",
                "64:ff9b::7f00:1"
            })
    void allowingLoopbackAllowsNothingElse(String address) throws Exception {
        assertThat(LOCAL.allows(InetAddress.getByName(address))).isFalse();
    }
}
