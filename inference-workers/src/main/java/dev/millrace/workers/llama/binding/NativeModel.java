package dev.millrace.workers.llama.binding;

import static dev.millrace.workers.llama.binding.Structs.BATCH;
import static dev.millrace.workers.llama.binding.Structs.CHAT_MESSAGE;
import static dev.millrace.workers.llama.binding.Structs.CONTEXT_PARAMETERS;
import static dev.millrace.workers.llama.binding.Structs.MODEL_PARAMETERS;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.millrace.workers.llama.EngineMessage;
import dev.millrace.workers.llama.EngineStartException;
import dev.millrace.workers.llama.TokenModel;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A model that llama.cpp has loaded, with one slot and one thread, on the CPU. */
public final class NativeModel implements TokenModel {

    private static final int LARGEST_BATCH = 128;
    private static final int ABORTED = 2;

    private final LlamaLibrary library;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment model;
    private final MemorySegment vocabulary;
    private final MemorySegment context;
    private final int contextTokens;
    private final int vocabularySize;
    private final Stop stop;

    /** Asked by native code during long evaluations. */
    private record Stop(BooleanSupplier condition) {
        @SuppressWarnings("unused")
        boolean requested(MemorySegment unused) {
            return condition.getAsBoolean();
        }
    }

    private NativeModel(
            LlamaLibrary library, NativeLog log, Path file, int contextTokens, Stop stop)
            throws EngineStartException {
        this.library = library;
        this.stop = stop;
        this.model = load(file);
        if (model.equals(MemorySegment.NULL)) {
            throw new EngineStartException("llama.cpp cannot load the model: " + log.lastErrors());
        }
        this.vocabulary =
                Native.call(() -> (MemorySegment) library.vocabularyOf.invokeExact(model));
        this.context = newContext(contextTokens);
        if (context.equals(MemorySegment.NULL)) {
            throw new EngineStartException(
                    "llama.cpp cannot make room for "
                            + contextTokens
                            + " tokens: "
                            + log.lastErrors());
        }
        int granted = Native.call(() -> (int) library.contextSize.invokeExact(context));
        this.contextTokens = Math.min(granted, contextTokens);
        this.vocabularySize =
                Native.call(() -> (int) library.vocabularySize.invokeExact(vocabulary));
    }

    /**
     * Loads llama.cpp and a model whose file has been checked.
     *
     * @param contextTokens the most tokens that prompt and answer can have together
     * @param stopped asked now and then while the model reads; must be quick and must not throw
     */
    public static NativeModel load(Path file, int contextTokens, BooleanSupplier stopped)
            throws EngineStartException {
        NativeLog log = new NativeLog();
        return new NativeModel(LlamaLibrary.load(log), log, file, contextTokens, new Stop(stopped));
    }

    private MemorySegment load(Path file) {
        return Native.call(
                () -> {
                    MemorySegment path = arena.allocateFrom(file.toString());
                    SegmentAllocator allocator = arena;
                    MemorySegment parameters =
                            (MemorySegment) library.modelDefaults.invokeExact(allocator);
                    Structs.set(parameters, MODEL_PARAMETERS, "n_gpu_layers", 0);
                    Structs.set(parameters, MODEL_PARAMETERS, "check_tensors", true);
                    return (MemorySegment) library.loadModel.invokeExact(path, parameters);
                });
    }

    private MemorySegment newContext(int tokens) {
        FunctionDescriptor condition = FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS);
        MemorySegment callback = library.upcall(stop, "requested", condition, arena);
        return Native.call(
                () -> {
                    SegmentAllocator allocator = arena;
                    MemorySegment parameters =
                            (MemorySegment) library.contextDefaults.invokeExact(allocator);
                    int batch = batch(tokens);
                    Structs.set(parameters, CONTEXT_PARAMETERS, "n_ctx", tokens);
                    Structs.set(parameters, CONTEXT_PARAMETERS, "n_batch", batch);
                    Structs.set(parameters, CONTEXT_PARAMETERS, "n_ubatch", batch);
                    Structs.set(parameters, CONTEXT_PARAMETERS, "n_seq_max", 1);
                    Structs.set(parameters, CONTEXT_PARAMETERS, "n_threads", 1);
                    Structs.set(parameters, CONTEXT_PARAMETERS, "n_threads_batch", 1);
                    Structs.set(parameters, CONTEXT_PARAMETERS, "abort_callback", callback);
                    return (MemorySegment) library.newContext.invokeExact(model, parameters);
                });
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int[] tokenize(String text, boolean markup) {
        try (Arena scratch = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment in = scratch.allocateFrom(JAVA_BYTE, bytes);
            // A token for each byte, and one for the beginning and the end, is the most there can
            // be.
            int room = bytes.length + 2;
            MemorySegment out = scratch.allocate(JAVA_INT, room);
            int count =
                    Native.call(
                            () ->
                                    (int)
                                            library.tokenize.invokeExact(
                                                    vocabulary,
                                                    in,
                                                    bytes.length,
                                                    out,
                                                    room,
                                                    true,
                                                    markup));
            if (count < 0) {
                throw new IllegalStateException("llama.cpp wants " + -count + " tokens of " + room);
            }
            return out.asSlice(0, (long) count * Integer.BYTES).toArray(JAVA_INT);
        }
    }

    @Override
    public boolean read(int... tokens) {
        int batch = batch(contextTokens);
        for (int from = 0; from < tokens.length; from += batch) {
            int to = Math.min(tokens.length, from + batch);
            if (!readBatch(Arrays.copyOfRange(tokens, from, to), false)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean read(int[] tokens, ScoreReader reader) {
        int batch = batch(contextTokens);
        for (int from = 0; from < tokens.length; from += batch) {
            int to = Math.min(tokens.length, from + batch);
            if (!readBatch(Arrays.copyOfRange(tokens, from, to), true)) {
                return false;
            }
            for (int i = from; i < to; i++) {
                reader.after(i, scoresAt(i - from));
            }
        }
        return true;
    }

    private static int batch(int contextTokens) {
        return Math.min(contextTokens, LARGEST_BATCH);
    }

    /**
     * @param all whether the scores after each token are wanted, not only those after the last
     */
    private boolean readBatch(int[] tokens, boolean all) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment batch = scratch.allocate(BATCH);
            Structs.set(batch, BATCH, "n_tokens", tokens.length);
            Structs.set(batch, BATCH, "token", scratch.allocateFrom(JAVA_INT, tokens));
            if (all) {
                Structs.set(batch, BATCH, "logits", wanted(tokens.length, scratch));
            }
            int status = Native.call(() -> (int) library.decode.invokeExact(context, batch));
            if (status == 0) {
                return true;
            }
            if (status == ABORTED) {
                return false;
            }
            throw new IllegalStateException("llama.cpp cannot read on, status " + status);
        }
    }

    private static MemorySegment wanted(int tokens, Arena scratch) {
        return scratch.allocate(tokens).fill((byte) 1);
    }

    @Override
    public float[] scores() {
        return scoresAt(-1);
    }

    /** Those after a token of the last batch; -1 is its last. */
    private float[] scoresAt(int index) {
        MemorySegment scores =
                Native.call(() -> (MemorySegment) library.scores.invokeExact(context, index));
        if (scores.equals(MemorySegment.NULL)) {
            throw new IllegalStateException("llama.cpp has no scores at " + index);
        }
        return scores.reinterpret((long) vocabularySize * Float.BYTES).toArray(JAVA_FLOAT);
    }

    @Override
    public byte[] bytes(int token) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(64);
            int length = piece(token, out);
            if (length < 0) {
                out = scratch.allocate(-length);
                length = piece(token, out);
            }
            return out.asSlice(0, length).toArray(JAVA_BYTE);
        }
    }

    private int piece(int token, MemorySegment out) {
        int room = (int) out.byteSize();
        return Native.call(
                () -> (int) library.tokenBytes.invokeExact(vocabulary, token, out, room, 0, false));
    }

    @Override
    public boolean isEnd(int token) {
        return Native.call(() -> (boolean) library.isEnd.invokeExact(vocabulary, token));
    }

    /**
     * Renders a chat with one of the templates that llama.cpp recognises.
     *
     * @return empty if it does not recognise this one
     */
    public Optional<String> chat(String template, List<EngineMessage> messages) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment source = scratch.allocateFrom(template);
            MemorySegment chat = scratch.allocate(CHAT_MESSAGE, messages.size());
            int room = 256;
            for (int i = 0; i < messages.size(); i++) {
                EngineMessage message = messages.get(i);
                MemorySegment entry = chat.asSlice(i * CHAT_MESSAGE.byteSize(), CHAT_MESSAGE);
                MemorySegment role = scratch.allocateFrom(withoutZeros(message.role()));
                MemorySegment content = scratch.allocateFrom(withoutZeros(message.content()));
                Structs.set(entry, CHAT_MESSAGE, "role", role);
                Structs.set(entry, CHAT_MESSAGE, "content", content);
                room += (int) (role.byteSize() + content.byteSize()) * 2 + 64;
            }
            MemorySegment out = scratch.allocate(room);
            long count = messages.size();
            int size = room;
            int length =
                    Native.call(
                            () ->
                                    (int)
                                            library.applyTemplate.invokeExact(
                                                    source, chat, count, true, out, size));
            if (length < 0 || length > room) {
                return Optional.empty();
            }
            byte[] text = out.asSlice(0, length).toArray(JAVA_BYTE);
            return Optional.of(new String(text, StandardCharsets.UTF_8));
        }
    }

    /** C would take a zero for the end of the text, and lose the rest. */
    private static String withoutZeros(String text) {
        return text.replace('\0', '\ufffd');
    }

    @Override
    public void forget() {
        Native.run(
                () -> {
                    library.forget.invokeExact(context);
                });
    }

    @Override
    public void close() {
        Native.run(
                () -> {
                    library.freeContext.invokeExact(context);
                    library.freeModel.invokeExact(model);
                });
        arena.close();
    }
}
