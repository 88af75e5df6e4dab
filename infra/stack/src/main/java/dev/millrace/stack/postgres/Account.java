package dev.millrace.stack.postgres;

import dev.millrace.stack.ServerStartException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Whom PostgreSQL runs as. It refuses to run as root, so root must appear as somebody else. */
sealed interface Account {

    int ROOT = 0;
    int NOBODY = 65_534;

    /** The command, run as this account; the process id stays that of the command. */
    List<String> wrap(List<String> command);

    /** The user and group that must own the data, if they are other than the caller. */
    OptionalInt owner();

    /** An ordinary user: nothing to do. */
    record Caller() implements Account {
        @Override
        public List<String> wrap(List<String> command) {
            return command;
        }

        @Override
        public OptionalInt owner() {
            return OptionalInt.empty();
        }
    }

    /**
     * Root in a user namespace of its own that maps nobody: to the kernel the files stay root's, to
     * PostgreSQL everybody is nobody.
     */
    record UserNamespace() implements Account {
        @Override
        public List<String> wrap(List<String> command) {
            return concat(List.of("unshare", "--user"), command);
        }

        @Override
        public OptionalInt owner() {
            return OptionalInt.of(ROOT);
        }
    }

    /**
     * Root that becomes another user for good; for containers in which namespaces are forbidden.
     */
    record Demoted(int uid) implements Account {
        @Override
        public List<String> wrap(List<String> command) {
            return concat(
                    List.of(
                            "setpriv",
                            "--reuid=" + uid,
                            "--regid=" + uid,
                            "--clear-groups",
                            "--inh-caps=-all"),
                    command);
        }

        @Override
        public OptionalInt owner() {
            return OptionalInt.of(uid);
        }
    }

    /**
     * The first account that works.
     *
     * @param callerUid who asks
     * @param directoryUid who owns the directory that the data lies in
     * @param check a command that succeeds when programs and data can be reached
     * @param succeeds runs a command, true when it exits with 0
     */
    static Account choose(
            int callerUid, int directoryUid, List<String> check, Predicate<List<String>> succeeds) {
        if (callerUid != ROOT) {
            return new Caller();
        }
        var candidates = new ArrayList<Account>(List.of(new UserNamespace()));
        if (directoryUid != ROOT) {
            candidates.add(new Demoted(directoryUid));
        }
        candidates.add(new Demoted(NOBODY));
        for (Account candidate : candidates) {
            if (succeeds.test(candidate.wrap(check))) {
                return candidate;
            }
        }
        throw new ServerStartException(
                "PostgreSQL refuses to run as root, and none of the ways around that works here: "
                        + candidates.stream().map(c -> String.join(" ", c.wrap(check))).toList()
                        + ". Run as an ordinary user, or keep the state in a directory that every"
                        + " user can reach");
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
