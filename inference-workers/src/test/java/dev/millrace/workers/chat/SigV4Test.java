package dev.millrace.workers.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Against the examples that AWS publishes for Signature Version 4. */
class SigV4Test {
    private static final SigV4.Credentials EXAMPLE =
            new SigV4.Credentials(
                    "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Optional.empty());
    private static final Instant MOMENT = Instant.parse("2015-08-30T12:36:00Z");

    @Test
    void aGetIsSignedAsInTheExample() {
        assertThat(signed("GET", "https://example.amazonaws.com/"))
                .containsEntry("x-amz-date", "20150830T123600Z")
                .containsEntry(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                                + " SignedHeaders=host;x-amz-date,"
                                + " Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    }

    @Test
    void aPostIsSignedAsInTheExample() {
        assertThat(signed("POST", "https://example.amazonaws.com/").get("Authorization"))
                .endsWith(
                        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    }

    @Test
    void aTemporaryKeysTokenIsSignedToo() {
        // When
        Map<String, String> headers =
                SigV4.headers(
                        SigV4.Credentials.of("ID:SECRET:TO:KEN").orElseThrow(),
                        "eu-central-1",
                        "bedrock",
                        "POST",
                        URI.create("https://example.com/model/a%3Ab/converse-stream"),
                        new byte[0],
                        MOMENT);

        // Then
        assertThat(headers).containsEntry("x-amz-security-token", "TO:KEN");
        assertThat(headers.get("Authorization"))
                .contains("SignedHeaders=host;x-amz-date;x-amz-security-token");
    }

    @Test
    void whatIsNoAccessKeyIsNone() {
        assertThat(SigV4.Credentials.of("bedrock-api-key-abc")).isEmpty();
        assertThat(SigV4.Credentials.of(":secret")).isEmpty();
    }

    private static Map<String, String> signed(String method, String url) {
        return SigV4.headers(
                EXAMPLE, "us-east-1", "service", method, URI.create(url), new byte[0], MOMENT);
    }
}
