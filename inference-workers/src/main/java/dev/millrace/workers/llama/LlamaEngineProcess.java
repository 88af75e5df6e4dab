package dev.millrace.workers.llama;

import dev.millrace.workers.llama.binding.NativeModel;
import dev.millrace.workers.llama.gguf.GgufFile;
import dev.millrace.workers.llama.gguf.InvalidGgufException;
import dev.millrace.workers.llama.protocol.Codec;
import dev.millrace.workers.llama.protocol.Command;
import dev.millrace.workers.llama.protocol.Event;
import dev.millrace.workers.llama.protocol.MalformedMessageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The main class of an engine process: claim standard output, check the model's file, load it, say
 * that it is ready, then answer one request after the other until standard input closes.
 *
 * <p>It is a process of its own because llama.cpp ends the process it runs in when something is
 * wrong with it, and because killing it is the one sure way to stop it. One slot and one thread
 * each: more engines mean more processes.
 */
public final class LlamaEngineProcess {

    static final int NOT_STARTED = 3;
    static final int BAD_COMMAND = 4;

    private final ProtocolChannel channel;
    private final BlockingQueue<Command.Work> waiting = new ArrayBlockingQueue<>(4);
    private final CancelSwitch cancel = new CancelSwitch();

    private LlamaEngineProcess(ProtocolChannel channel) {
        this.channel = channel;
    }

    /**
     * Runs an engine.
     *
     * @param arguments the model's file, then the most tokens of context to make room for
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ProtocolChannel channel = ProtocolChannel.takeStandardOutput();
        try {
            if (arguments.length != 2) {
                throw new EngineStartException("usage: LlamaEngineProcess MODEL CONTEXT_TOKENS");
            }
            Path file = Path.of(arguments[0]);
            new LlamaEngineProcess(channel).run(file, Integer.parseInt(arguments[1]));
        } catch (EngineStartException e) {
            channel.send(new Event.NotStarted(String.valueOf(e.getMessage())));
            Runtime.getRuntime().halt(NOT_STARTED);
        }
    }

    private void run(Path path, int mostContextTokens)
            throws EngineStartException, IOException, InterruptedException {
        GgufFile file = checked(path);
        int contextTokens = Math.min(file.contextTokens(), mostContextTokens);
        NativeModel model = NativeModel.load(path, contextTokens, cancel::isOn);
        PromptTemplate template = PromptTemplate.of(file, model::chat);
        Generation generation =
                new Generation(model, template, file.longestTokenBytes(), System::nanoTime);
        TextScoring scoring = new TextScoring(model, System::nanoTime);
        long pid = ProcessHandle.current().pid();
        EngineInfo info =
                new EngineInfo(file.architecture(), file.name(), model.contextTokens(), pid);
        Thread.ofPlatform().name("commands").daemon().start(this::listen);
        channel.send(new Event.Ready(info));
        answerAll(generation, scoring);
    }

    private static GgufFile checked(Path path) throws EngineStartException {
        try {
            return GgufFile.check(path);
        } catch (InvalidGgufException e) {
            throw new EngineStartException("model " + path + " is refused: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new EngineStartException("model " + path + " cannot be read: " + e, e);
        }
    }

    private void answerAll(Generation generation, TextScoring scoring)
            throws IOException, InterruptedException {
        while (true) {
            Command.Work work = waiting.take();
            cancel.watch(work.id());
            channel.send(new Event.Done(work.id(), answer(generation, scoring, work)));
        }
    }

    private EngineReply answer(Generation generation, TextScoring scoring, Command.Work work) {
        try {
            return switch (work) {
                case Command.Generate(EngineRequest request) ->
                        generation.answer(
                                request, cancel::isOn, text -> sendText(request.id(), text));
                case Command.Score(String id, String text, int windowTokens) ->
                        scoring.score(text, windowTokens, cancel::isOn);
            };
        } catch (IllegalStateException e) {
            return new EngineReply.Failed(
                    EngineReply.Fault.MODEL_BROKEN, String.valueOf(e.getMessage()));
        }
    }

    private void sendText(String id, String text) {
        try {
            channel.send(new Event.Text(id, text));
        } catch (IOException e) {
            // Nobody listens any more.
            Runtime.getRuntime().halt(0);
        }
    }

    /** Ends the process, in the middle of native code if need be, when the worker is gone. */
    private void listen() {
        int status = 0;
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line = in.readLine();
            while (line != null) {
                switch (Codec.command(line)) {
                    case Command.Work work -> waiting.put(work);
                    case Command.Cancel(String id) -> cancel.cancel(id);
                }
                line = in.readLine();
            }
        } catch (MalformedMessageException e) {
            System.err.println("a command is malformed: " + e.getMessage());
            status = BAD_COMMAND;
        } catch (IOException | InterruptedException e) {
            System.err.println("no more commands: " + e);
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }
}
