package dev.millrace.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Runs a short command to its end, within a time limit, and keeps what it printed. */
public final class BoundedCommand {

    private static final int NOT_RUN = -1;
    private static final int TOO_LONG = -2;
    private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(5);

    /**
     * How a command ended.
     *
     * @param exitCode its exit code, -1 when it could not be run, -2 when it took too long
     * @param output standard output and error together
     */
    public record Result(int exitCode, String output) {

        public boolean succeeded() {
            return exitCode == 0;
        }

        public boolean tookTooLong() {
            return exitCode == TOO_LONG;
        }
    }

    private BoundedCommand() {}

    /**
     * Runs a command.
     *
     * @param input what it reads on standard input
     * @param environment set on top of what it inherits
     */
    public static Result run(
            List<String> command, String input, Map<String, String> environment, Duration limit)
            throws InterruptedException {
        try {
            // Files, not pipes: neither side can then block the other, whatever the sizes.
            Path in = Files.createTempFile("millrace-", ".in");
            Path out = Files.createTempFile("millrace-", ".out");
            try {
                Files.writeString(in, input);
                var builder =
                        new ProcessBuilder(command)
                                .redirectInput(in.toFile())
                                .redirectErrorStream(true)
                                .redirectOutput(out.toFile());
                builder.environment().putAll(environment);
                return await(builder.start(), out, limit);
            } finally {
                Files.deleteIfExists(in);
                Files.deleteIfExists(out);
            }
        } catch (IOException e) {
            return new Result(NOT_RUN, String.valueOf(e.getMessage()));
        }
    }

    /** Sends a signal by its name ({@code INT}, {@code TERM}, ...), which Java itself cannot. */
    public static void signal(String signal, long pid) throws InterruptedException {
        // The shell's own kill: /bin/kill is missing on small systems.
        run(List.of("sh", "-c", "kill -" + signal + " " + pid), "", Map.of(), SIGNAL_LIMIT);
    }

    private static Result await(Process process, Path out, Duration limit)
            throws IOException, InterruptedException {
        try {
            if (process.waitFor(limit)) {
                return new Result(
                        process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
            }
            return new Result(TOO_LONG, "took longer than " + limit.toSeconds() + " s");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
