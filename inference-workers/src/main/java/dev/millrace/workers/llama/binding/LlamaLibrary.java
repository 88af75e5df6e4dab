package dev.millrace.workers.llama.binding;

import static dev.millrace.workers.llama.binding.Structs.BATCH;
import static dev.millrace.workers.llama.binding.Structs.CONTEXT_PARAMETERS;
import static dev.millrace.workers.llama.binding.Structs.MODEL_PARAMETERS;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.millrace.workers.llama.EngineStartException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The functions of llama.cpp that one engine with one slot needs, and nothing more.
 *
 * <p>They are called directly, not through the Java classes that come with the library: those give
 * no token counts, cut long prompts silently, never free a model, keep the process from ending and
 * print to standard output. The library exports llama.cpp's whole C interface beside them.
 */
final class LlamaLibrary {

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;

    final MethodHandle modelDefaults;
    final MethodHandle contextDefaults;
    final MethodHandle loadModel;
    final MethodHandle freeModel;
    final MethodHandle newContext;
    final MethodHandle freeContext;
    final MethodHandle contextSize;
    final MethodHandle vocabularyOf;
    final MethodHandle vocabularySize;
    final MethodHandle tokenize;
    final MethodHandle tokenBytes;
    final MethodHandle isEnd;
    final MethodHandle decode;
    final MethodHandle scores;
    final MethodHandle forget;
    final MethodHandle applyTemplate;

    private LlamaLibrary(SymbolLookup symbols) throws EngineStartException {
        this.symbols = symbols;
        modelDefaults = function("llama_model_default_params", MODEL_PARAMETERS);
        contextDefaults = function("llama_context_default_params", CONTEXT_PARAMETERS);
        loadModel = function("llama_model_load_from_file", ADDRESS, ADDRESS, MODEL_PARAMETERS);
        freeModel = procedure("llama_model_free", ADDRESS);
        newContext = function("llama_init_from_model", ADDRESS, ADDRESS, CONTEXT_PARAMETERS);
        freeContext = procedure("llama_free", ADDRESS);
        contextSize = function("llama_n_ctx", JAVA_INT, ADDRESS);
        vocabularyOf = function("llama_model_get_vocab", ADDRESS, ADDRESS);
        vocabularySize = function("llama_vocab_n_tokens", JAVA_INT, ADDRESS);
        MemoryLayout[] text = {
            ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN
        };
        tokenize = function("llama_tokenize", JAVA_INT, text);
        MemoryLayout[] piece = {ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN};
        tokenBytes = function("llama_token_to_piece", JAVA_INT, piece);
        isEnd = function("llama_vocab_is_eog", JAVA_BOOLEAN, ADDRESS, JAVA_INT);
        decode = function("llama_decode", JAVA_INT, ADDRESS, BATCH);
        scores = function("llama_get_logits_ith", ADDRESS, ADDRESS, JAVA_INT);
        forget = procedure("llama_kv_self_clear", ADDRESS);
        MemoryLayout[] chat = {ADDRESS, ADDRESS, JAVA_LONG, JAVA_BOOLEAN, ADDRESS, JAVA_INT};
        applyTemplate = function("llama_chat_apply_template", JAVA_INT, chat);
    }

    /** Loads llama.cpp into this process for good; what it logs goes to {@code log}. */
    static LlamaLibrary load(NativeLog log) throws EngineStartException {
        LlamaLibrary library = new LlamaLibrary(NativeLibraryFile.load());
        library.start(log);
        library.checkRelease();
        return library;
    }

    private void start(NativeLog log) throws EngineStartException {
        MethodHandle setLog = procedure("llama_log_set", ADDRESS, ADDRESS);
        MethodHandle begin = procedure("llama_backend_init");
        MemorySegment callback =
                upcall(
                        log,
                        "line",
                        FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS),
                        Arena.global());
        Native.run(
                () -> {
                    setLog.invokeExact(callback, MemorySegment.NULL);
                    begin.invokeExact();
                });
    }

    /** A library of another release has other structs, and would read nonsense from ours. */
    private void checkRelease() throws EngineStartException {
        try (Arena arena = Arena.ofConfined()) {
            SegmentAllocator allocator = arena;
            MemorySegment context =
                    Native.call(() -> (MemorySegment) contextDefaults.invokeExact(allocator));
            boolean known =
                    Structs.number(context, CONTEXT_PARAMETERS, "n_ctx") == 512
                            && Structs.number(context, CONTEXT_PARAMETERS, "n_batch") == 2048
                            && Structs.number(context, CONTEXT_PARAMETERS, "attention_type") == -1
                            && Structs.number(context, CONTEXT_PARAMETERS, "type_k") == 1
                            && Structs.number(context, CONTEXT_PARAMETERS, "type_v") == 1;
            if (!known) {
                throw new EngineStartException(
                        "the llama.cpp in the class path is of another release than b4916");
            }
        }
    }

    /** A pointer to a method for native code to call, of an object that must not throw. */
    MemorySegment upcall(Object target, String method, FunctionDescriptor descriptor, Arena arena) {
        MethodType type = descriptor.toMethodType();
        try {
            MethodHandle handle =
                    MethodHandles.lookup()
                            .findVirtual(target.getClass(), method, type)
                            .bindTo(target);
            return linker.upcallStub(handle, descriptor, arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments)
            throws EngineStartException {
        return linker.downcallHandle(address(name), FunctionDescriptor.of(result, arguments));
    }

    private MethodHandle procedure(String name, MemoryLayout... arguments)
            throws EngineStartException {
        return linker.downcallHandle(address(name), FunctionDescriptor.ofVoid(arguments));
    }

    private MemorySegment address(String name) throws EngineStartException {
        return symbols.find(name)
                .orElseThrow(
                        () ->
                                new EngineStartException(
                                        "the llama.cpp in the class path has no " + name));
    }
}
