package dev.millrace.stack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.stack.ServerStartException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccountTest {

    private static final List<String> CHECK = List.of("postgres", "--version");

    @Test
    void anOrdinaryUserRunsTheServerAsItself() {
        // When
        var account = Account.choose(1000, 1000, CHECK, command -> false);

        // Then
        assertThat(account.wrap(CHECK)).isEqualTo(CHECK);
        assertThat(account.owner()).isEmpty();
    }

    @Test
    void rootTakesAUserNamespaceWhereThatIsAllowed() {
        // When
        var account = Account.choose(0, 0, CHECK, command -> true);

        // Then
        assertThat(account.wrap(CHECK))
                .containsExactly("unshare", "--user", "postgres", "--version");
        assertThat(account.owner()).hasValue(0);
    }

    @Test
    void elseRootBecomesTheOwnerOfTheDirectory() {
        // When
        var account =
                Account.choose(0, 1000, CHECK, command -> !command.getFirst().equals("unshare"));

        // Then
        assertThat(account.wrap(CHECK)).startsWith("setpriv", "--reuid=1000", "--regid=1000");
        assertThat(account.owner()).hasValue(1000);
    }

    @Test
    void elseRootBecomesNobody() {
        // When
        var account = Account.choose(0, 1000, CHECK, command -> command.contains("--reuid=65534"));

        // Then
        assertThat(account.owner()).hasValue(65_534);
    }

    @Test
    void whenNothingWorksTheErrorSaysWhatWasTriedAndWhatToDo() {
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> Account.choose(0, 0, CHECK, command -> false))
                .withMessageContaining("PostgreSQL refuses to run as root")
                .withMessageContaining("unshare --user postgres --version")
                .withMessageContaining("setpriv --reuid=65534")
                .withMessageContaining("Run as an ordinary user");
    }
}
