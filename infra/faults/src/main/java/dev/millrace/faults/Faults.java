package dev.millrace.faults;

import dev.millrace.faults.Fault.Flow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All faults there are, with what each may cost. */
final class Faults {
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    /** Several faults at once have no limit of their own; this only tells slow from stuck. */
    private static final Duration OF_SEVERAL = Duration.ofSeconds(120);

    private static final List<Fault> ALL =
            List.of(
                    Fault.of("worker", 20, 3, ServiceFaults::killWorker),
                    Fault.of("scaling", 20, 2, ServiceFaults::scale)
                            .between(ServiceFaults::threeWorkers, ServiceFaults::usualWorkers)
                            .withoutReruns(),
                    Fault.of("frozen", 5, 1, ServiceFaults::freezeWorker).lasting(12, 12),
                    Fault.of("classifier", 10, 2, scene -> ServiceFaults.kill(scene, "classifier")),
                    Fault.of("classifier-state", 3, 1, ServiceFaults::killAndForget),
                    Fault.of("ledger", 10, 2, scene -> ServiceFaults.kill(scene, "ledger"))
                            .stopping(Flow.USAGE),
                    Fault.of("broker", 5, 2, ServerFaults::killLeader).within(A_MINUTE),
                    Fault.of("brokers", 1, 1, ServerFaults::twoBrokersDown)
                            .lasting(60, 20)
                            .within(A_MINUTE),
                    Fault.of("postgres", 1, 1, ServerFaults::postgresDown)
                            .lasting(60, 20)
                            .within(A_MINUTE)
                            .stopping(Flow.ROWS),
                    Fault.of("registry", 1, 1, ServerFaults::registryDown)
                            .lasting(300, 40)
                            .within(A_MINUTE),
                    Fault.of("provider", 1, 1, JobFaults::failingProvider)
                            .lasting(60, 15)
                            .within(Duration.ofSeconds(150))
                            .between(JobFaults::flakyWorker, JobFaults::noFlakyWorker),
                    Fault.of("native", 3, 1, JobFaults::poisonPrompt)
                            .between(JobFaults::guideWorker, JobFaults::noGuideWorker)
                            .within(A_MINUTE),
                    Fault.of("garbage", 1, 1, JobFaults::garbage).lasting(60, 15).withoutReruns(),
                    Fault.of("long", 1, 1, JobFaults::longJob).lasting(720, 45).withoutReruns());

    static final Fault MIX =
            Fault.of(Plan.MIX, 30, 2, Mixture::strike).within(OF_SEVERAL).lasting(10, 10);

    /** In the order in which they run. */
    static List<String> names() {
        List<String> names = new ArrayList<>(ALL.stream().map(Fault::name).toList());
        names.add(Plan.MIX);
        return names;
    }

    static Fault named(String name) {
        return Stream.concat(ALL.stream(), Stream.of(MIX))
                .filter(fault -> fault.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " is no fault"));
    }

    private Faults() {}
}
