package dev.millrace.workers.llama;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes a given text, a byte at a time, whatever it is asked; then ends. */
final class ScriptedModel implements TokenModel {

    private static final int END = 256;

    private final byte[] script;
    private final int contextTokens;
    private int written;
    private boolean broken;
    final List<Integer> read = new ArrayList<>();
    int forgotten;

    ScriptedModel(String script, int contextTokens) {
        this.script = script.getBytes(StandardCharsets.UTF_8);
        this.contextTokens = contextTokens;
    }

    ScriptedModel broken() {
        broken = true;
        return this;
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int[] tokenize(String text, boolean markup) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = bytes[i] & 0xff;
        }
        return tokens;
    }

    @Override
    public boolean read(int... tokens) {
        for (int token : tokens) {
            read.add(token);
        }
        return true;
    }

    @Override
    public boolean read(int[] tokens, ScoreReader reader) {
        for (int i = 0; i < tokens.length; i++) {
            read.add(tokens[i]);
            reader.after(i, scores());
        }
        return true;
    }

    @Override
    public float[] scores() {
        float[] scores = new float[END + 1];
        scores[written == script.length ? END : script[written++] & 0xff] = 1;
        if (broken) {
            scores[0] = Float.NaN;
        }
        return scores;
    }

    @Override
    public byte[] bytes(int token) {
        return new byte[] {(byte) token};
    }

    @Override
    public boolean isEnd(int token) {
        return token == END;
    }

    @Override
    public void forget() {
        forgotten++;
    }

    @Override
    public void close() {}
}
