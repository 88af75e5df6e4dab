package dev.millrace.bench;

import dev.millrace.bench.child.Parent;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One of our own programs as a process of its own, with the JVM that the services have. It says
 * when it is ready and ends when its input does.
 */
final class ChildJvm implements AutoCloseable {
    private final Process process;

    private ChildJvm(Process process) {
        this.process = process;
    }

    /**
     * Returns when it is ready.
     *
     * @param log where its errors go
     */
    static ChildJvm start(Class<?> main, List<String> arguments, Path log) throws IOException {
        JavaCommand command =
                JavaCommand.main(JavaHome.resolve(), JavaCommand.currentClassPath(), main.getName())
                        .withOptions(BenchStack.JVM)
                        .withOptions("-Dlogback.configurationFile=bench-logback.xml")
                        .withArguments(arguments.toArray(String[]::new));
        Process process = new ProcessBuilder(command.words()).redirectError(log.toFile()).start();
        ChildJvm child = new ChildJvm(process);
        try {
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            if (!Parent.READY.equals(output.readLine())) {
                throw new IllegalStateException(
                        main.getSimpleName() + " did not start; see " + log);
            }
            return child;
        } catch (IOException | IllegalStateException e) {
            child.close();
            throw e;
        }
    }

    long pid() {
        return process.pid();
    }

    /** Gives it no chance to do anything any more. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (process.waitFor(10, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // its input is gone: so is the process, or soon
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
