package dev.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command line as a user types it, without a stack. */
class MillraceCommandTest {
    private static final Path BROKEN =
            Path.of("../../schemas/src/test/resources/catalog/broken").normalize();

    private record Ran(int code, String out, String err) {}

    @ParameterizedTest
    @MethodSource("verbs")
    void everyVerbExplainsItself(String verb) {
        // When
        Ran ran = run((verb + " --help").strip().split(" "));

        // Then
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).startsWith("Usage: millrace").contains("--help");
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fly",
                "--no-such-option",
                "status --no-such-option",
                "oracle --wait soon",
                "dead-letters",
                "dead-letters show",
                "model",
                "model perplexity guide-llama.gguf",
                "model perplexity guide-llama --text a --timeout soon",
                "keys",
                "keys revoke"
            })
    void wrongUsageExitsWithTwoAndSaysSo(String line) {
        // When
        Ran ran = run(line.isEmpty() ? new String[0] : line.split(" "));

        // Then
        assertThat(ran.code()).isEqualTo(MillraceCommand.ExitCode.USAGE);
        // near a known verb it proposes that one instead of all
        assertThat(ran.err()).containsAnyOf("Usage: millrace", "Did you mean: millrace");
    }

    @ParameterizedTest
    @MethodSource("brokenCatalogs")
    void aBrokenCatalogIsRefusedWithFileLineAndPath(Path file) {
        // When
        Ran ran = run("apply", file.toString());

        // Then
        assertThat(ran.code()).isEqualTo(MillraceCommand.ExitCode.USAGE);
        assertThat(ran.err().lines())
                .isNotEmpty()
                .allMatch(
                        line ->
                                line.matches(
                                        Pattern.quote(file.toString()) + ":[1-9][0-9]*: \\S+: .+"));
        assertThat(ran.out()).doesNotContain("catalog version");
    }

    @Test
    void thereAreBrokenCatalogsToTry() {
        assertThat(brokenCatalogs()).hasSizeGreaterThanOrEqualTo(10);
    }

    @Test
    void aBrokenCatalogIsAlsoToldAsJson() {
        // When
        Ran ran = run("apply", "--json", BROKEN.resolve("prices.yaml").toString());

        // Then
        assertThat(ran.code()).isEqualTo(MillraceCommand.ExitCode.USAGE);
        assertThat(ran.out()).contains("\"refused\"", "\"line\"", "prices[0].effective_from");
    }

    @Test
    void aCatalogThatIsNotThereExitsWithTwoOrNamesTheFile() {
        // When
        Ran ran = run("apply", "no-such-file.yaml");

        // Then
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err()).contains("no-such-file.yaml");
    }

    @Test
    void aModelThatIsNotThereIsNamed(@TempDir Path folder) throws IOException {
        // Given
        Path text = Files.writeString(folder.resolve("a.txt"), "some text");

        // When
        Ran ran = run("model", "perplexity", "no-such.gguf", "--text", text.toString());

        // Then
        assertThat(ran.code()).isEqualTo(MillraceCommand.ExitCode.USAGE);
        assertThat(ran.err()).contains("no-such.gguf");
    }

    @Test
    void aLaneNeedsAStackThatRuns(@TempDir Path folder) throws IOException {
        // Given
        Path text = Files.writeString(folder.resolve("a.txt"), "some text");

        // When
        Ran ran = run("model", "perplexity", "guide-llama", "--text", text.toString());

        // Then
        assertThat(ran.code()).isEqualTo(MillraceCommand.ExitCode.NOT_RUNNING);
        assertThat(ran.err()).contains("millrace up");
    }

    static List<String> verbs() {
        return List.of(
                "",
                "demo",
                "up",
                "down",
                "status",
                "logs",
                "apply",
                "oracle",
                "dead-letters",
                "dead-letters list",
                "dead-letters show",
                "dead-letters replay",
                "model",
                "model perplexity",
                "keys",
                "keys create",
                "keys list",
                "keys revoke");
    }

    @Test
    void noVerbIsLeftOutHere() {
        assertThat(MillraceCommand.commandLine().getSubcommands().keySet())
                .allMatch(verb -> verbs().contains(verb));
    }

    static List<Path> brokenCatalogs() {
        try (Stream<Path> files = Files.list(BROKEN)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Ran run(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                MillraceCommand.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));
        int code = line.execute(words);
        return new Ran(code, out.toString(), err.toString());
    }
}
