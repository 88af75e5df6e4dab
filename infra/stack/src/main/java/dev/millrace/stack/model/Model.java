package dev.millrace.stack.model;

import java.util.List;

/**
 * From a request to its completion: the stand-in's answer, cut to the caller's limits, with token
 * counts.
 */
final class Model {
    /** What a conversation costs beyond its messages. */
    private static final int PRIMING = 3;

    private final PromptCache cache = new PromptCache();

    Completion complete(CompletionRequest request) {
        int prompt = PRIMING + request.messages().stream().mapToInt(TokenCounter::count).sum();
        int cached = cache.cachedTokens(request.messages());
        int reasoning = request.reasoning() ? Math.min(request.maxTokens(), 16 + prompt / 2) : 0;
        List<String> pieces =
                TokenCounter.pieces(beforeStop(StandIn.answer(request.messages()), request.stop()));
        int room = request.maxTokens() - reasoning;
        boolean whole = pieces.size() <= room;
        List<String> sent = whole ? pieces : pieces.subList(0, room);
        return new Completion(
                sent,
                whole ? "stop" : "length",
                prompt,
                cached,
                sent.size() + reasoning,
                reasoning);
    }

    private static String beforeStop(String answer, List<String> stop) {
        int end = answer.length();
        for (String sequence : stop) {
            int at = answer.indexOf(sequence);
            if (at >= 0) {
                end = Math.min(end, at);
            }
        }
        return answer.substring(0, end);
    }
}
