package dev.millrace.dispatcher.target;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "https://Hooks.Example.com/a?b=c, https://hooks.example.com:443",
        "HTTP://hooks.example.com, http://hooks.example.com:80",
        "http://hooks.example.com:8080/x, http://hooks.example.com:8080",
        "http://[::1]:9/x, http://[::1]:9",
        "not a url, none",
        "mailto:a@b.c, none",
        "/only/a/path, none"
    })
    void aUrlBelongsToItsSchemeHostAndPort(String url, String endpoint) {
        assertThat(Endpoint.of(url)).isEqualTo(endpoint);
    }
}
