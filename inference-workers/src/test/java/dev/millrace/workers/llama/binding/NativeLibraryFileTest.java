package dev.millrace.workers.llama.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.workers.llama.EngineStartException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeLibraryFileTest {

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, Linux/x86_64/libjllama.so",
        "Linux, aarch64, Linux/aarch64/libjllama.so",
        "Mac OS X, aarch64, Mac/aarch64/libjllama.dylib",
        "Mac OS X, x86_64, Mac/x86_64/libjllama.dylib"
    })
    void everySupportedMachineHasALibraryInTheClassPath(
            String system, String processor, String resource) throws EngineStartException {
        // When
        String found = NativeLibraryFile.resource(system, processor);

        // Then
        assertThat(found).isEqualTo(resource);
        assertThat(NativeLibraryFile.class.getResource("/de/kherud/llama/" + found)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, amd64, Windows 11", "Linux, riscv64, riscv64"})
    void anotherMachineIsNamed(String system, String processor, String named) {
        assertThatThrownBy(() -> NativeLibraryFile.resource(system, processor))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining(named);
    }

    @Test
    void aMissingLibraryNamesThePackageToInstall() {
        // Given
        String loader =
                "/tmp/x.so: libgomp.so.1: cannot open shared object file: No such file or directory";

        // Then
        assertThat(NativeLibraryFile.explained(loader)).contains("apt-get install libgomp1");
    }

    @Test
    void aFolderThatForbidsProgramsIsExplained() {
        // Given
        String loader = "/tmp/x.so: failed to map segment from shared object";

        // Then
        assertThat(NativeLibraryFile.explained(loader)).contains("java.io.tmpdir");
    }
}
