package dev.millrace.workers.llama.binding;

import dev.millrace.workers.llama.EngineStartException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Finds llama.cpp for this machine in the class path and loads it. */
final class NativeLibraryFile {

    private static final String FOLDER = "/de/kherud/llama/";

    private NativeLibraryFile() {}

    /**
     * Loads the library from a temporary copy that is gone when this returns: the system keeps what
     * it has mapped, so that even a killed process leaves nothing behind.
     */
    static SymbolLookup load() throws EngineStartException {
        String resource =
                FOLDER + resource(System.getProperty("os.name"), System.getProperty("os.arch"));
        try (InputStream in = NativeLibraryFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new EngineStartException("llama.cpp is not in the class path: " + resource);
            }
            Path folder = Files.createTempDirectory("millrace-engine-");
            Path file = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
            try {
                Files.copy(in, file);
                return open(file);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new EngineStartException(
                    "cannot unpack llama.cpp to "
                            + System.getProperty("java.io.tmpdir")
                            + " (java.io.tmpdir): "
                            + e.getMessage(),
                    e);
        }
    }

    static String resource(String system, String processor) throws EngineStartException {
        boolean arm = processor.equals("aarch64");
        if (!arm && !processor.equals("amd64") && !processor.equals("x86_64")) {
            throw new EngineStartException("no llama.cpp for the processor " + processor);
        }
        String folder = arm ? "aarch64" : "x86_64";
        String name = system.toLowerCase(Locale.ROOT);
        if (name.equals("linux")) {
            return "Linux/" + folder + "/libjllama.so";
        }
        if (name.startsWith("mac")) {
            return "Mac/" + folder + "/libjllama.dylib";
        }
        throw new EngineStartException("no llama.cpp for the system " + system);
    }

    private static SymbolLookup open(Path file) throws EngineStartException {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new EngineStartException(explained(reason(file)), e);
        }
    }

    /** A failed lookup does not say why; loading the JNI way fails at the same place and does. */
    private static String reason(Path file) {
        try {
            System.load(file.toString());
            return "for an unknown reason";
        } catch (UnsatisfiedLinkError e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** What the loader says, and what to do about it when that is known. */
    static String explained(String loader) {
        if (loader.contains("libgomp.so.1")) {
            return "llama.cpp needs libgomp.so.1, which is not on this machine: install the package"
                    + " libgomp1 (Debian, Ubuntu: apt-get install libgomp1)";
        }
        if (loader.contains("libstdc++.so.6")) {
            return "llama.cpp needs libstdc++.so.6, which is not on this machine: install the package"
                    + " libstdc++6 (Debian, Ubuntu: apt-get install libstdc++6)";
        }
        if (loader.contains("failed to map segment") || loader.contains("not permitted")) {
            return "llama.cpp cannot be loaded from the temporary folder, which forbids programs"
                    + " (noexec?): set java.io.tmpdir to another one: "
                    + loader;
        }
        return "llama.cpp cannot be loaded: " + loader;
    }
}
