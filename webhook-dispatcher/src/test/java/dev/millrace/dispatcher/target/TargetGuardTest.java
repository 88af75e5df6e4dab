package dev.millrace.dispatcher.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dispatcher.target.TargetGuard.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetGuardTest {
    private final TargetGuard guard = new TargetGuard(new AddressRules(false));

    @BeforeEach
    void names() {
        Hosts.are(
                "8.8.8.8 public.test",
                "10.0.0.5 private.test",
                "8.8.8.8 mixed.test",
                "10.0.0.5 mixed.test");
    }

    @AfterEach
    void close() {
        guard.close();
    }

    @Test
    void aPublicHostIsAllowed() throws Exception {
        assertThat(guard.check("https://public.test/hook?x=1")).isInstanceOf(Verdict.Allowed.class);
        assertThat(guard.check("http://8.8.8.8:8080/")).isInstanceOf(Verdict.Allowed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://public.test/, target_scheme",
        "file:///etc/passwd, target_scheme",
        "public.test/hook, target_scheme",
        "http:///path, target_malformed",
        "http://user:password@public.test/, target_malformed",
        "http://public.test:0/, target_malformed",
        "http://public.test:70000/, target_malformed",
        "http://two words/, target_malformed",
        "http://private.test/, target_refused",
        "http://mixed.test/, target_refused",
        "http://localhost/, target_refused",
        "http://127.0.0.1/, target_refused",
        "http://127.1/, target_malformed",
        "http://[::1]/, target_refused",
        "http://[::ffff:10.0.0.1]/, target_refused",
        "http://[fe80::1%25lo]/, target_malformed",
        "http://2130706433/, target_refused",
        "http://169.254.169.254/latest/meta-data/, target_refused"
    })
    void whatNoWebhookMayGoToIsRefusedForEver(String url, String reason) throws Exception {
        assertThat(guard.check(url)).isEqualTo(new Verdict.Refused(reason));
    }

    @Test
    void aNameThatCannotBeLookedUpNowMayBeLater() throws Exception {
        assertThat(guard.check("http://nowhere.test/"))
                .isEqualTo(new Verdict.Unresolved("unknown_host"));
    }

    @Test
    void loopbackIsAllowedOnlyWhereSomebodySaidSo() throws Exception {
        try (TargetGuard local = new TargetGuard(new AddressRules(true))) {
            assertThat(local.check("http://localhost:8080/")).isInstanceOf(Verdict.Allowed.class);
            assertThat(local.check("http://127.0.0.1:8080/")).isInstanceOf(Verdict.Allowed.class);
            assertThat(local.check("http://private.test/"))
                    .isEqualTo(new Verdict.Refused("target_refused"));
        }
    }

    @Test
    void aNameThatIsPointedInwardsAfterTheCheckResolvesToNothingUntilTheWebhookHasGone()
            throws Exception {
        // Given
        Verdict.Allowed allowed = (Verdict.Allowed) guard.check("http://public.test/");

        // When
        Hosts.are("127.0.0.1 public.test", "127.0.0.1 other.test");

        // Then
        Assertions.assertThatThrownBy(() -> InetAddress.getByName("public.test"))
                .isInstanceOf(UnknownHostException.class);
        assertThat(InetAddress.getByName("other.test").isLoopbackAddress()).isTrue();
        allowed.done();
        assertThat(InetAddress.getByName("public.test").isLoopbackAddress()).isTrue();
    }
}
