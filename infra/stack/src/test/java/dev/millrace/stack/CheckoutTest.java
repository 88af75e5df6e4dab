package dev.millrace.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckoutTest {

    @TempDir Path directory;

    @Test
    void theTargetIsFoundFromAnywhereBelowTheCheckout() throws IOException {
        // Given
        Path stack = Files.createDirectories(directory.resolve("infra").resolve("stack"));
        Files.createFile(stack.resolve("pom.xml"));
        Path deep = Files.createDirectories(directory.resolve("service").resolve("target"));

        // Then
        assertThat(Checkout.stackTarget(deep)).hasValue(stack.resolve("target"));
        assertThat(Checkout.stackTarget(directory)).hasValue(stack.resolve("target"));
    }

    @Test
    void outsideOfACheckoutThereIsNone() {
        assertThat(Checkout.stackTarget(directory)).isEmpty();
    }
}
