package dev.millrace.stack.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers beginnings of conversations, as providers do: tokens of a beginning that was seen
 * before count as cached, in blocks of {@value #BLOCK} tokens. Bounded: the least recently used
 * beginning goes first.
 */
final class PromptCache {
    static final int BLOCK = 32;
    private static final int ENTRIES = 4_096;

    private final Map<String, Boolean> seen =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > ENTRIES;
                }
            };

    /**
     * The cached tokens of a prompt: all but its last message may be a beginning that is seen
     * again.
     */
    synchronized int cachedTokens(List<Turn> messages) {
        MessageDigest digest = sha256();
        int cached = 0;
        int tokens = 0;
        for (Turn turn : messages.subList(0, Math.max(0, messages.size() - 1))) {
            tokens += TokenCounter.count(turn);
            digest.update(
                    (turn.role() + '\n' + turn.content() + '\0').getBytes(StandardCharsets.UTF_8));
            byte[] soFar = digest.digest();
            if (seen.put(HexFormat.of().formatHex(soFar), true) != null) {
                cached = tokens;
            }
            digest.update(soFar);
        }
        return cached / BLOCK * BLOCK;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
