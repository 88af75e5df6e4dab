package dev.millrace.workers.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorBodyTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"error":{"type":"t","code":"c","message":"m"}}                            | c
                    {"error":{"type":"t","code":null}}                                         | t
                    {"type":"error","error":{"type":"overloaded_error","message":"m"}}         | overloaded_error
                    {"object":"error","type":"t","code":"1500"}                                | 1500
                    {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}                       | RESOURCE_EXHAUSTED
                    {"error":{"status":"X","details":[{},{"reason":"API_KEY_INVALID"}]}}       | API_KEY_INVALID
                    [{"error":{"status":"UNAVAILABLE"}}]                                       | UNAVAILABLE
                    """)
    void theMostTellingWordIsKept(String body, String code) {
        assertThat(of(body).code()).contains(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"error\":\"a sentence\"}",
                "{\"error\":{\"code\":\"a sentence\"}}",
                "<html>",
                "{\"message\":\"words\"}"
            })
    void whatIsNoCodeIsNotKept(String body) {
        assertThat(of(body).code()).isEmpty();
    }

    @Test
    void aWaitIsBelievedForAnHourAtMost() {
        String body = "{\"error\":{\"details\":[{\"retryDelay\":\"%s\"}]}}";

        assertThat(of(body.formatted("1.5s")).retryAfter()).contains(Duration.ofMillis(1_500));
        assertThat(of(body.formatted("99999s")).retryAfter()).contains(Duration.ofHours(1));
        assertThat(of(body.formatted("soon")).retryAfter()).isEmpty();
    }

    private static ErrorBody of(String body) {
        return ErrorBody.of(body.getBytes(StandardCharsets.UTF_8));
    }
}
