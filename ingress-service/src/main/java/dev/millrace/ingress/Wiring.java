package dev.millrace.ingress;

import dev.millrace.ingress.http.BodyBudget;
import dev.millrace.ingress.jobs.JobIds;
import dev.millrace.ingress.keys.IssuedKeys;
import dev.millrace.ingress.keys.KeyRing;
import dev.millrace.ingress.reading.SchemaGate;
import dev.millrace.ingress.replies.WaitingCallers;
import dev.millrace.ingress.waiting.OpenWaits;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.InferenceJob;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;

/** The service's inside; what it reaches outside is wired in {@link KafkaWiring}. */
@Factory
final class Wiring {

    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean(preDestroy = "close")
    @Singleton
    Tracing tracing() {
        return Tracing.fromEnvironment(System.getenv(), "millrace-ingress");
    }

    @Singleton
    ServiceState state() {
        return new ServiceState();
    }

    @Singleton
    WaitingCallers waitingCallers(IngressSettings settings) {
        long firstNumber = new SecureRandom().nextLong() >>> 2;
        return new WaitingCallers(settings.instance(), settings.maxWaiting(), firstNumber);
    }

    @Singleton
    KeyRing keyRing(IssuedKeys keys) {
        return new KeyRing(keys, System::nanoTime);
    }

    @Singleton
    OpenWaits openWaits(IngressSettings settings) {
        return new OpenWaits(settings.maxWaits(), System::nanoTime);
    }

    @Singleton
    JobIds jobIds(IngressSettings settings, Clock clock) {
        return new JobIds(secret(Path.of(settings.idKeyFile())), clock, new SecureRandom());
    }

    @Singleton
    IngressFlow flow(
            IngressFlow.Ports ports,
            JobIds ids,
            Clock clock,
            SchemaGate<InferenceJob> records,
            IngressSettings settings) {
        return new IngressFlow(ports, ids, clock, records, settings.receiptPatience());
    }

    @Singleton
    BodyBudget bodyBudget(IngressSettings settings) {
        return new BodyBudget(settings.bodiesInFlightBytes());
    }

    @Singleton
    IngressMetrics metrics(MeterRegistry registry, WaitingCallers callers, OpenWaits waits) {
        return new IngressMetrics(registry, callers::size, waits::size);
    }

    private static byte[] secret(Path file) {
        try {
            return Files.readString(file).strip().getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "MILLRACE_ID_KEY_FILE names an unreadable file: " + file, e);
        }
    }
}
