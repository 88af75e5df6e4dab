package dev.millrace.local.cli;

import dev.millrace.catalog.CatalogFile;
import dev.millrace.catalog.CatalogReading;
import dev.millrace.catalog.Problem;
import dev.millrace.kit.Connection;
import dev.millrace.local.apply.CatalogApply;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import dev.millrace.topics.TopicPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "apply",
        mixinStandardHelpOptions = true,
        description =
                "Checks a catalog file, makes its topics, and puts it in force without a restart.")
final class ApplyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The catalog, YAML; see docs/catalog.md.")
    private Path file = Path.of("catalog.yaml");

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /**
     * @param outcome applied, unchanged or refused
     */
    record Report(String outcome, long version, List<String> changes, List<Problem> problems) {}

    @Override
    public Integer call() throws Exception {
        // an invalid file needs no running stack to be told so
        if (CatalogFile.read(file) instanceof CatalogReading.Invalid invalid) {
            return report(new Report("refused", 0, List.of(), invalid.problems()));
        }
        Home home = Home.fromEnvironment(System.getenv());
        Endpoints endpoints = new LocalStack(home).endpoints();
        Connection connection = Connection.to(endpoints.bootstrap(), endpoints.registryUrl());
        CatalogApply.Outcome outcome =
                new CatalogApply(
                                connection,
                                TopicPlan.Cluster.local(endpoints.brokers()),
                                Clock.systemUTC())
                        .apply(file, () -> keep(home));
        int code =
                report(
                        switch (outcome) {
                            case CatalogApply.Outcome.Refused refused ->
                                    new Report("refused", 0, List.of(), refused.problems());
                            case CatalogApply.Outcome.Unchanged unchanged ->
                                    new Report(
                                            "unchanged", unchanged.version(), List.of(), List.of());
                            case CatalogApply.Outcome.Applied applied ->
                                    new Report(
                                            "applied",
                                            applied.version(),
                                            applied.changes(),
                                            List.of());
                        });
        return code;
    }

    /** The next start applies the same file again. */
    private void keep(Home home) {
        try {
            copy(home);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + home.catalogFile(), e);
        }
    }

    private void copy(Home home) throws IOException {
        if (!Files.exists(home.catalogFile()) || !Files.isSameFile(file, home.catalogFile())) {
            Files.copy(file, home.catalogFile(), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private int report(Report report) {
        if (json) {
            spec.commandLine().getOut().println(JsonFile.text(report));
        } else {
            report.problems().forEach(problem -> spec.commandLine().getErr().println(problem));
            report.changes().forEach(change -> spec.commandLine().getOut().println(change));
            if (!report.outcome().equals("refused")) {
                spec.commandLine()
                        .getOut()
                        .println("catalog version " + report.version() + " " + report.outcome());
            }
        }
        return report.outcome().equals("refused")
                ? MillraceCommand.ExitCode.USAGE
                : MillraceCommand.ExitCode.OK;
    }
}
