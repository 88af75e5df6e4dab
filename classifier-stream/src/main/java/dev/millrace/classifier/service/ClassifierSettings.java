package dev.millrace.classifier.service;

import dev.millrace.classifier.stream.StreamSettings;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What can be set in {@code application.yml} under {@code classifier}; where to find Kafka comes
 * from the environment.
 *
 * @param instance this process's name; together with its state directory it names its member of the
 *     group
 * @param stateDirectory of the stores; a process's own
 * @param streamThreads at most the partitions of {@code millrace.jobs} are of use
 * @param patience each wait, at the start, for the broker, the topics and the catalog
 */
@ConfigurationProperties("classifier")
public record ClassifierSettings(
        @Bindable(defaultValue = "local") String instance,
        @Bindable(defaultValue = "${java.io.tmpdir}/millrace-classifier") Path stateDirectory,
        @Bindable(defaultValue = "1") int streamThreads,
        @Bindable(defaultValue = "60s") Duration patience) {

    public ClassifierSettings {
        if (patience.isNegative() || patience.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("classifier.patience is 0 to 10 minutes");
        }
    }

    StreamSettings streams() {
        String directory = stateDirectory.toAbsolutePath().normalize().toString();
        return new StreamSettings(
                instance + "-" + Integer.toHexString(directory.hashCode()),
                stateDirectory,
                streamThreads);
    }
}
