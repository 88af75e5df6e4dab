package dev.millrace.classifier;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;

/** The flow decides and does nothing: no clock, no network, no store, no framework. */
@AnalyzeClasses(
        packages = "dev.millrace.classifier",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] PURE = {
        "dev.millrace.classifier.job",
        "dev.millrace.classifier.rules",
        "dev.millrace.classifier.fair"
    };

    @ArchTest
    static final ArchRule VALUES_AND_RULES_KNOW_NO_KAFKA =
            noClasses()
                    .that()
                    .resideInAnyPackage(PURE)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.kafka..", "io.micronaut..", "java.net..");

    @ArchTest
    static final ArchRule THE_FLOW_KNOWS_NO_STORE =
            noClasses()
                    .that()
                    .resideInAPackage("dev.millrace.classifier")
                    .and()
                    .doNotHaveSimpleName("ClassifierTopology")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache.kafka.streams..",
                            "dev.millrace.classifier.store",
                            "dev.millrace.classifier.stream",
                            "java.net..");

    @ArchTest
    static final ArchRule THE_STREAM_READS_NO_CLOCK_OF_ITS_OWN =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.millrace.classifier.service")
                    .and()
                    .doNotHaveSimpleName("TopicSerdes")
                    .should()
                    .callMethod(Instant.class, "now")
                    .orShould()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(Clock.class, "systemUTC");
}
