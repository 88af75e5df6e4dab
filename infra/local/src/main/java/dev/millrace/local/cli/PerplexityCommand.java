package dev.millrace.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.kit.Connection;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "perplexity",
        mixinStandardHelpOptions = true,
        description = {
            "Tells how well a model foresees a text: its perplexity, through the bundled engine.",
            "Exit code 2: the model or the text is refused. 4: a lane is named and no stack runs, or out of time."
        })
final class PerplexityCommand implements Callable<Integer> {
    private static final Duration CATALOG = Duration.ofSeconds(10);
    private static final Duration BEYOND = Duration.ofSeconds(60);

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE|LANE",
            description =
                    "A GGUF model, by its path or its name in the models folder; or a lane of the"
                            + " running stack.")
    private String model = "";

    @Option(names = "--text", required = true, description = "The text, in UTF-8.")
    private Path text = Path.of("");

    @Option(
            names = "--context",
            description =
                    "The most tokens to read at once, 16 to 1048576 (default: the lane's, or 4096);"
                            + " never more than the model was made for.")
    private int context;

    @Option(
            names = "--timeout",
            defaultValue = "3600",
            description = "The most seconds that it may take (default 3600).")
    private int timeout;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** What is to be read, and how much of it at once. */
    private record Subject(Path file, int contextTokens) {}

    @Override
    public Integer call() throws Exception {
        if (timeout < 1 || (context != 0 && (context < 16 || context > 1_048_576))) {
            throw new IllegalArgumentException(
                    "--timeout is 1 or more, --context is 16 to 1048576");
        }
        if (!Files.isReadable(text)) {
            throw new IllegalArgumentException("--text " + text + " cannot be read");
        }
        Home home = Home.fromEnvironment(System.getenv());
        Subject subject = subject(home);
        return run(home, subject);
    }

    private Subject subject(Home home) throws InterruptedException, TimeoutException {
        Path models = home.checkout().resolve("inference-workers/models");
        for (Path file : List.of(Path.of(model), models.resolve(model))) {
            if (Files.isRegularFile(file)) {
                return new Subject(file.toAbsolutePath(), context == 0 ? 4096 : context);
            }
        }
        if (model.endsWith(".gguf") || model.contains("/")) {
            throw new IllegalArgumentException("there is no model " + model);
        }
        EngineSpec.Llama engine = engineOf(home, model);
        return new Subject(
                models.resolve(engine.file()), context == 0 ? engine.contextTokens() : context);
    }

    private static EngineSpec.Llama engineOf(Home home, String name)
            throws InterruptedException, TimeoutException {
        Endpoints endpoints = new LocalStack(home).endpointsWhateverIsDown();
        Connection connection = Connection.to(endpoints.bootstrap(), endpoints.registryUrl());
        try (LiveCatalog catalog = new LiveCatalog(connection).start().awaitLoaded(CATALOG)) {
            Lane lane =
                    catalog.get()
                            .lane(name)
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    name + " is neither a file nor a lane"));
            if (lane.engine() instanceof EngineSpec.Llama llama) {
                return llama;
            }
            throw new IllegalArgumentException(
                    "lane "
                            + name
                            + " runs no model on this machine: its engine is "
                            + lane.engine().type());
        }
    }

    private int run(Home home, Subject subject)
            throws IOException, InterruptedException, TimeoutException {
        Path built = home.checkout().resolve("inference-workers/target");
        Path jar = built.resolve("inference-workers.jar");
        if (!Files.exists(jar)) {
            throw new ServerStartException(jar + " is missing; run mvn package");
        }
        List<String> words =
                JavaCommand.main(
                                JavaHome.resolve(),
                                List.of(jar, built.resolve("lib/*")),
                                "dev.millrace.workers.llama.PerplexityMain")
                        .withOptions("-Xmx96m", "-XX:TieredStopAtLevel=1")
                        .withArguments(
                                subject.file().toString(),
                                text.toAbsolutePath().toString(),
                                Integer.toString(subject.contextTokens()),
                                Integer.toString(timeout))
                        .words();
        Process process = new ProcessBuilder(words).start();
        CompletableFuture<String> said = reading(process.getInputStream());
        CompletableFuture<String> complained = reading(process.getErrorStream());
        try {
            if (!process.waitFor(timeout + BEYOND.toSeconds(), TimeUnit.SECONDS)) {
                throw new TimeoutException("the model was not done in time");
            }
            spec.commandLine().getErr().print(textOf(complained));
            spec.commandLine().getErr().flush();
            if (process.exitValue() == MillraceCommand.ExitCode.OK) {
                print(textOf(said).strip());
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static CompletableFuture<String> reading(InputStream in) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (in) {
                        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        return "";
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    private static String textOf(CompletableFuture<String> read)
            throws InterruptedException, TimeoutException {
        try {
            return read.get(BEYOND.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return "";
        }
    }

    private void print(String line) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(line);
            return;
        }
        JsonNode score = new ObjectMapper().readTree(line);
        out.printf(
                "perplexity %.4f  (%.4f nats a token, %.4f bits a byte)%n",
                score.path("perplexity").asDouble(),
                score.path("mean_nats").asDouble(),
                score.path("bits_per_byte").asDouble());
        out.printf(
                "%s (%s): %d tokens in %d windows of up to %d, %d ms%n",
                score.path("model").asText(),
                score.path("architecture").asText(),
                score.path("scored_tokens").asInt(),
                score.path("windows").asInt(),
                score.path("context_tokens").asInt(),
                score.path("model_ms").asLong());
    }
}
