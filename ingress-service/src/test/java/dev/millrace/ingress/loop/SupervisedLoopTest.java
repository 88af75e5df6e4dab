package dev.millrace.ingress.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SupervisedLoopTest {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    @Test
    void stepsRunUntilTheLoopIsClosedAndAreClosedOnTheirOwnThread() {
        // Given
        SupervisedLoop loop = new SupervisedLoop("calm", Recorded::new, failure -> {}).start();
        await().atMost(Duration.ofSeconds(10)).until(() -> events.contains("step calm"));

        // When
        loop.close();

        // Then
        assertThat(events).endsWith("close calm").doesNotContain("close main");
    }

    @Test
    void afterAFailureItBeginsAnewWithFreshSteps() {
        // Given
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        SupervisedLoop loop =
                new SupervisedLoop(
                                "restless",
                                () -> events.isEmpty() ? new Failing() : new Recorded(),
                                failures::add)
                        .start();

        // When
        await().atMost(Duration.ofSeconds(10)).until(() -> events.contains("step restless"));
        loop.close();

        // Then
        assertThat(failures).hasSize(1);
        assertThat(events).startsWith("close failing").endsWith("close restless");
    }

    private final class Recorded implements Steps {
        @Override
        public void step() {
            events.add("step " + Thread.currentThread().getName());
            await().pollDelay(Duration.ofMillis(5)).until(() -> true);
        }

        @Override
        public void close() {
            events.add("close " + Thread.currentThread().getName());
        }
    }

    private final class Failing implements Steps {
        @Override
        public void step() {
            throw new IllegalStateException("an outage");
        }

        @Override
        public void close() {
            events.add("close failing");
        }
    }
}
