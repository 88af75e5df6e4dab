package dev.millrace.stack;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The command line of a Java program.
 *
 * @param home the Java that runs it
 * @param options options of the JVM, system properties included
 * @param program what it runs
 * @param arguments the program's own arguments
 */
public record JavaCommand(
        JavaHome home, List<String> options, Program program, List<String> arguments) {

    /** What a JVM runs. */
    public sealed interface Program {

        /** {@code -cp classPath mainClass}. */
        record Main(List<Path> classPath, String mainClass) implements Program {
            public Main {
                classPath = List.copyOf(classPath);
            }
        }

        /** {@code -jar jar}. */
        record Jar(Path jar) implements Program {}
    }

    /**
     * What every long-running JVM of the stack gets: the small collector, no second attempt after
     * an exhausted heap, bounded native buffers, and no warnings about what libraries do inside.
     */
    private static final List<String> COMMON =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-Djdk.nio.maxCachedBufferSize=262144",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    public JavaCommand {
        options = List.copyOf(options);
        arguments = List.copyOf(arguments);
    }

    /** A main class on a class path, with the options that all JVMs of the stack share. */
    public static JavaCommand main(JavaHome home, List<Path> classPath, String mainClass) {
        return new JavaCommand(home, COMMON, new Program.Main(classPath, mainClass), List.of());
    }

    /** An executable jar, with the options that all JVMs of the stack share. */
    public static JavaCommand jar(JavaHome home, Path jar) {
        return new JavaCommand(home, COMMON, new Program.Jar(jar), List.of());
    }

    /** The class path of this very JVM. */
    public static List<Path> currentClassPath() {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath().normalize())
                .toList();
    }

    public JavaCommand withOptions(String... more) {
        return withOptions(List.of(more));
    }

    public JavaCommand withOptions(List<String> more) {
        return new JavaCommand(home, concat(options, more), program, arguments);
    }

    public JavaCommand withArguments(String... more) {
        return new JavaCommand(home, options, program, concat(arguments, List.of(more)));
    }

    /** The words of the command line. */
    public List<String> words() {
        var words = new ArrayList<String>();
        words.add(home.java().toString());
        words.addAll(options);
        switch (program) {
            case Program.Main(var classPath, var mainClass) -> {
                words.add("-cp");
                words.add(
                        String.join(
                                File.pathSeparator,
                                classPath.stream().map(Path::toString).toList()));
                words.add(mainClass);
            }
            case Program.Jar(var jar) -> {
                words.add("-jar");
                words.add(jar.toString());
            }
        }
        words.addAll(arguments);
        return List.copyOf(words);
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
