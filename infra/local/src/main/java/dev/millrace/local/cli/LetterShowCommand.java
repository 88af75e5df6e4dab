package dev.millrace.local.cli;

import dev.millrace.local.home.JsonFile;
import dev.millrace.local.letters.Letter;
import dev.millrace.local.letters.LetterFilter;
import dev.millrace.local.letters.LetterReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.common.header.Header;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "One letter with its headers; its bytes on request.")
final class LetterShowCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "TOPIC/PARTITION/OFFSET as list shows it.")
    private String id = "";

    @Option(
            names = "--body",
            description = "Also the original bytes, base64; they may hold a prompt.")
    private boolean body;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Letter letter =
                find().orElseThrow(
                                () ->
                                        new ParameterException(
                                                spec.commandLine(),
                                                "There is no dead letter " + id));
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : letter.headers()) {
            byte[] value = header.value() == null ? new byte[0] : header.value();
            headers.put(header.key(), new String(value, StandardCharsets.UTF_8));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> row = DeadLettersCommand.row(letter);
            row.put("headers", headers);
            if (body) {
                row.put("body_base64", base64(letter));
            }
            out.println(JsonFile.text(row));
            return MillraceCommand.ExitCode.OK;
        }
        DeadLettersCommand.row(letter)
                .forEach((name, value) -> out.printf("%-9s %s%n", name, value));
        headers.forEach((name, value) -> out.println("header    " + name + ": " + value));
        if (body) {
            out.println(base64(letter));
        }
        return MillraceCommand.ExitCode.OK;
    }

    private Optional<Letter> find() throws Exception {
        List<Letter> found = new ArrayList<>(1);
        LetterFilter filter =
                new LetterFilter(Set.of(id), "", "", Optional.empty(), Optional.empty());
        new LetterReader(DeadLettersCommand.connection())
                .each(
                        filter,
                        letter -> {
                            if (found.isEmpty()) {
                                found.add(letter);
                            }
                        });
        return found.stream().findFirst();
    }

    private static String base64(Letter letter) {
        return Base64.getEncoder().encodeToString(letter.value().orElse(new byte[0]));
    }
}
