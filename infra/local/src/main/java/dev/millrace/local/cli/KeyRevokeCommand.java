package dev.millrace.local.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "revoke",
        mixinStandardHelpOptions = true,
        description = "Ends a key, everywhere within some seconds.")
final class KeyRevokeCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private KeyOptions whose = new KeyOptions();

    @Parameters(paramLabel = "ID", description = "How the key begins: mrk_ and 8 characters.")
    private String id = "";

    @Override
    public Integer call() throws Exception {
        if (!id.matches("mrk_[0-9a-f]{8}")) {
            throw new IllegalArgumentException(
                    "a key's id is mrk_ and 8 characters: millrace keys list");
        }
        whose.ask("DELETE", "/v1/keys/" + id, "");
        spec.commandLine().getOut().println("revoked " + id);
        return MillraceCommand.ExitCode.OK;
    }
}
