package dev.millrace.classifier.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a text's looks say about its vertical, where its words alone do not. */
final class StructureSignals {
    private static final int MOSTLY = 8;
    private static final Set<String> MEASURES =
            Set.of("many", "much", "long", "fast", "far", "old", "tall");

    /** One such sign. */
    record Sign(Vertical vertical, String what, int weight) {}

    static List<Sign> of(PromptText text) {
        Shape shape = text.shape();
        List<Sign> signs = new ArrayList<>();
        code(text, shape, signs);
        math(text, shape, signs);
        if (shape.amounts() >= 3) {
            signs.add(new Sign(Vertical.FINANCE, "amounts of money", 2));
        }
        language(shape, signs);
        return signs;
    }

    private static void code(PromptText text, Shape shape, List<Sign> signs) {
        if (shape.fences() >= 2) {
            signs.add(new Sign(Vertical.CODE, "a code block", 4));
        }
        int length = Math.max(1, text.text().length());
        boolean prose = shape.commands() > 2;
        if (!prose && shape.codeMarks() >= MOSTLY && shape.codeMarks() * 40 > length) {
            signs.add(new Sign(Vertical.CODE, "braces and semicolons", 5));
        }
        if (!prose && shape.indented() >= 3 && shape.codeMarks() >= 3) {
            signs.add(new Sign(Vertical.CODE, "indented lines", 3));
        }
        if (!prose && shape.calls() >= 2) {
            signs.add(new Sign(Vertical.CODE, "calls", shape.calls() >= 4 ? 4 : 2));
        }
    }

    private static void math(PromptText text, Shape shape, List<Sign> signs) {
        if (shape.commands() >= 1 && shape.fences() == 0) {
            signs.add(new Sign(Vertical.MATH, "LaTeX", shape.commands() >= 3 ? 5 : 3));
        }
        boolean plain = shape.codeMarks() * 60 < Math.max(60, text.text().length());
        if (shape.formulas() >= 2 && plain) {
            signs.add(new Sign(Vertical.MATH, "formulas", shape.formulas() >= 4 ? 5 : 3));
        }
        if (text.words().stream().anyMatch(StructureSignals::isTerm)) {
            signs.add(new Sign(Vertical.MATH, "a term in an unknown", 4));
        }
        if (shape.numbers() >= 2 && asksHowMany(text.words())) {
            signs.add(new Sign(Vertical.MATH, "numbers and how many", 5));
        }
    }

    private static void language(Shape shape, List<Sign> signs) {
        boolean mixed =
                shape.foreignLetters() >= 5 && shape.foreignLetters() * 10 < shape.letters() * 9;
        if (mixed) {
            signs.add(new Sign(Vertical.TRANSLATION, "two scripts", 3));
        }
        if (shape.accentedLetters() >= 5 && shape.accentedLetters() * 50 > shape.letters()) {
            signs.add(new Sign(Vertical.TRANSLATION, "accented letters", 2));
        }
    }

    /** {@code 3x}, {@code 12y}: a number and one letter that usually stands for an unknown. */
    private static boolean isTerm(String word) {
        int last = word.length() - 1;
        if (last < 1 || last > 4 || "xyzn".indexOf(word.charAt(last)) < 0) {
            return false;
        }
        return word.chars().limit(last).allMatch(Character::isDigit);
    }

    private static boolean asksHowMany(List<String> words) {
        for (int i = 0; i + 1 < words.size(); i++) {
            if (words.get(i).equals("how")) {
                String next = words.get(i + 1);
                if (MEASURES.contains(next)) {
                    return true;
                }
            }
        }
        return false;
    }

    private StructureSignals() {}
}
