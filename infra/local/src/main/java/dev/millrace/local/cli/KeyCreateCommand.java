package dev.millrace.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.local.home.JsonFile;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Makes a key and shows it, this once.")
final class KeyCreateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private KeyOptions whose = new KeyOptions();

    @Option(names = "--label", description = "What it is for.")
    private String label = "";

    @Option(
            names = "--scopes",
            split = ",",
            paramLabel = "SCOPE",
            defaultValue = "submit,read",
            description = "What it may do: submit, read, admin (default ${DEFAULT-VALUE}).")
    private List<String> scopes = List.of();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        JsonNode key =
                whose.ask(
                        "POST",
                        "/v1/keys",
                        JsonFile.text(Map.of("label", label, "scopes", scopes)));
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? key.toPrettyString() : key.path("key").asText());
        return MillraceCommand.ExitCode.OK;
    }
}
