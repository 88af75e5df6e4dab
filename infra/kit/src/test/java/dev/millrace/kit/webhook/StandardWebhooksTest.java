package dev.millrace.kit.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kit.webhook.StandardWebhooks.Verdict;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StandardWebhooksTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final Instant SENT = Instant.ofEpochSecond(1614265330);
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(UTF_8);
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private final StandardWebhooks webhooks = StandardWebhooks.withSecret(SECRET);

    @Test
    void signsThePublishedExampleAsPublished() {
        assertThat(webhooks.sign(ID, SENT, BODY)).isEqualTo(SIGNATURE);
    }

    @Test
    void sendsTheStandardsThreeHeaders() {
        assertThat(webhooks.headers(ID, SENT, BODY))
                .isEqualTo(
                        Map.of(
                                "webhook-id", ID,
                                "webhook-timestamp", "1614265330",
                                "webhook-signature", SIGNATURE));
    }

    @Test
    void oneFittingSignatureAmongSeveralIsEnough() {
        assertThat(verify("v1a,AAAA v1,bm90IHRoaXM= " + SIGNATURE)).isEqualTo(Verdict.VALID);
    }

    @Test
    void refusesASignatureThatDoesNotFit() {
        assertThat(verify("v1,bm90IHRoaXM=")).isEqualTo(Verdict.WRONG_SIGNATURE);
        assertThat(verify("v1,not base64!")).isEqualTo(Verdict.WRONG_SIGNATURE);
        assertThat(verify(SIGNATURE.replace("v1,", "v2,"))).isEqualTo(Verdict.WRONG_SIGNATURE);
    }

    @Test
    void aTimestampCountsForFiveMinutesBothWays() {
        assertThat(verifyAt(SENT.plusSeconds(300))).isEqualTo(Verdict.VALID);
        assertThat(verifyAt(SENT.plusSeconds(301))).isEqualTo(Verdict.TOO_OLD);
        assertThat(verifyAt(SENT.minusSeconds(300))).isEqualTo(Verdict.VALID);
        assertThat(verifyAt(SENT.minusSeconds(301))).isEqualTo(Verdict.TOO_NEW);
    }

    @Test
    void saysWhatIsMissingOrMalformed() {
        assertThat(webhooks.verify(null, "1614265330", SIGNATURE, BODY, SENT))
                .isEqualTo(Verdict.MISSING_HEADER);
        assertThat(webhooks.verify(ID, null, SIGNATURE, BODY, SENT))
                .isEqualTo(Verdict.MISSING_HEADER);
        assertThat(webhooks.verify(ID, "1614265330", null, BODY, SENT))
                .isEqualTo(Verdict.MISSING_HEADER);
        assertThat(webhooks.verify(ID, "yesterday", SIGNATURE, BODY, SENT))
                .isEqualTo(Verdict.MALFORMED_TIMESTAMP);
        assertThat(webhooks.verify(ID, "9223372036854775807", SIGNATURE, BODY, SENT))
                .isEqualTo(Verdict.MALFORMED_TIMESTAMP);
    }

    @Test
    void aSecretWithoutThePrefixIsItsOwnBytes() {
        StandardWebhooks plain = StandardWebhooks.withSecret("a plain secret");

        assertThat(plain.sign(ID, SENT, BODY))
                .isEqualTo("v1,ENqrYZJfEdejvH41MpDAd0s4SZwl35B0bx0LOnREaDY=");
    }

    @Test
    void aMalformedSecretIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> StandardWebhooks.withSecret("whsec_#hidden#"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("hidden")
                .hasNoCause();
        assertThatThrownBy(() -> StandardWebhooks.withSecret("whsec_"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void whatWasSignedVerifiesAndAnyChangedByteDoesNot(
            @ForAll @Size(min = 1, max = 200) byte[] body, @ForAll int position) {
        String signature = webhooks.sign(ID, SENT, body);
        byte[] changed = body.clone();
        changed[Math.floorMod(position, body.length)] ^= 1;

        assertThat(webhooks.verify(ID, "1614265330", signature, body, SENT))
                .isEqualTo(Verdict.VALID);
        assertThat(webhooks.verify(ID, "1614265330", signature, changed, SENT))
                .isEqualTo(Verdict.WRONG_SIGNATURE);
        assertThat(webhooks.verify(ID + "x", "1614265330", signature, body, SENT))
                .isEqualTo(Verdict.WRONG_SIGNATURE);
        assertThat(webhooks.verify(ID, "1614265331", signature, body, SENT))
                .isEqualTo(Verdict.WRONG_SIGNATURE);
    }

    private Verdict verify(String signatures) {
        return webhooks.verify(ID, "1614265330", signatures, BODY, SENT);
    }

    private Verdict verifyAt(Instant now) {
        return webhooks.verify(ID, "1614265330", SIGNATURE, BODY, now);
    }
}
