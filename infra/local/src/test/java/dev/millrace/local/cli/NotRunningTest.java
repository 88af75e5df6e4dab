package dev.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.local.home.Home;
import dev.millrace.local.home.JsonFile;
import dev.millrace.local.home.StackState;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a verb that needs a stack makes of there being none. */
class NotRunningTest {
    @TempDir private Path root;

    @Test
    void withoutAStackThereIsNothingToReachAndNothingToStop() throws Exception {
        LocalStack stack = new LocalStack(new Home(root, root));
        assertThat(stack.running()).isEmpty();
        assertThat(stack.down()).isFalse();
        assertThatThrownBy(stack::endpoints)
                .isInstanceOf(MillraceCommand.NotRunningException.class)
                .hasMessageContaining("millrace up");
        assertThatThrownBy(stack::endpointsWhateverIsDown)
                .isInstanceOf(MillraceCommand.NotRunningException.class)
                .hasMessageContaining("millrace up");
    }

    @Test
    void whatADeadSupervisorLeftIsNoRunningStack() throws Exception {
        // Given
        Process ended = new ProcessBuilder("true").start();
        assertThat(ended.waitFor(10, TimeUnit.SECONDS)).isTrue();
        Home home = new Home(root, root);
        JsonFile.write(home.stateFile(), new StackState(true, ended.pid(), 0, List.of(), null));

        // Then
        LocalStack stack = new LocalStack(home);
        assertThat(stack.running()).isEmpty();
        assertThat(stack.down()).isFalse();
        assertThatThrownBy(stack::endpoints)
                .isInstanceOf(MillraceCommand.NotRunningException.class);
    }

    @Test
    void everyKindOfFailureHasItsExitCode() {
        assertThat(MillraceCommand.ExitCode.of(new MillraceCommand.NotRunningException("no stack")))
                .isEqualTo(4);
        assertThat(MillraceCommand.ExitCode.of(new TimeoutException())).isEqualTo(4);
        assertThat(MillraceCommand.ExitCode.of(new ServerStartException("no PostgreSQL")))
                .isEqualTo(3);
        assertThat(MillraceCommand.ExitCode.of(new IllegalArgumentException("wrong"))).isEqualTo(2);
        assertThat(MillraceCommand.ExitCode.of(new UncheckedIOException(new IOException("disk"))))
                .isEqualTo(1);
    }

    /** Surefire points MILLRACE_HOME at a folder without a stack. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "status --json",
                "oracle",
                "oracle --json",
                "dead-letters list",
                "keys list",
                "keys create --json"
            })
    void verbsThatNeedAStackExitWithFourWithoutOne(String verb) {
        // When
        StringWriter error = new StringWriter();
        int code =
                MillraceCommand.commandLine()
                        .setOut(new PrintWriter(new StringWriter()))
                        .setErr(new PrintWriter(error))
                        .execute(verb.split(" ", -1));

        // Then
        assertThat(code).isEqualTo(4);
        assertThat(error.toString()).contains("millrace up");
    }
}
