package dev.millrace.trainer.bpe;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * GPT-2's split of a text into the words that merges never cross (llama.cpp calls it {@code
 * gpt-2}).
 */
final class Words {

    private static final Pattern WORD =
            Pattern.compile(
                    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                    Pattern.UNICODE_CHARACTER_CLASS);

    private Words() {}

    static List<String> split(String text) {
        return WORD.matcher(text).results().map(MatchResult::group).toList();
    }
}
