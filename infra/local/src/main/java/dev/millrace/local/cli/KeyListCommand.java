package dev.millrace.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description =
                "One line each, newest first; revoked ones too. Catalog keys are not among them.")
final class KeyListCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private KeyOptions whose = new KeyOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        JsonNode keys = whose.ask("GET", "/v1/keys", "").path("data");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(keys.toPrettyString());
            return MillraceCommand.ExitCode.OK;
        }
        for (JsonNode key : keys) {
            out.printf(
                    "%s  %s  used=%s  %s  scopes=%s  %s%n",
                    key.path("id").asText(),
                    key.path("created_at").asText(),
                    key.path("last_used_at").asText("never"),
                    key.has("revoked_at") ? "revoked" : "live",
                    key.path("scopes"),
                    key.path("label").asText());
        }
        out.println(keys.size() + " keys");
        return MillraceCommand.ExitCode.OK;
    }
}
