package dev.millrace.classifier.rules;

/**
 * What a text looks like, counted in one pass.
 *
 * @param letters of any script
 * @param foreignLetters of other scripts than Latin
 * @param accentedLetters Latin, outside ASCII
 * @param codeMarks braces, brackets, semicolons and the like
 * @param calls names of three letters or more with a parenthesis right behind them
 * @param fences of code ({@code ```})
 * @param commands LaTeX commands ({@code \frac})
 * @param formulas signs of written mathematics: {@code ^}, {@code =}, {@code $x$} and operators
 *     beside digits
 * @param numbers runs of digits
 * @param amounts digits behind a currency sign
 * @param items lines that begin like a list's
 * @param indented lines that begin with four spaces or a tab
 */
public record Shape(
        int letters,
        int foreignLetters,
        int accentedLetters,
        int codeMarks,
        int calls,
        int fences,
        int commands,
        int formulas,
        int numbers,
        int amounts,
        int questions,
        int items,
        int lines,
        int indented) {

    static Shape of(String text) {
        Scan scan = new Scan(text);
        for (int at = 0; at < text.length(); at++) {
            scan.character(at);
        }
        return scan.shape();
    }

    /** The counters of one pass; it looks at most three characters around each. */
    private static final class Scan {
        private final String text;
        private int letters;
        private int foreign;
        private int accented;
        private int marks;
        private int calls;
        private int fences;
        private int commands;
        private int formulas;
        private int numbers;
        private int amounts;
        private int questions;
        private int items;
        private int lines = 1;
        private int indented;

        private Scan(String text) {
            this.text = text;
        }

        private Shape shape() {
            return new Shape(
                    letters, foreign, accented, marks, calls, fences, commands, formulas, numbers,
                    amounts, questions, items, lines, indented);
        }

        private void character(int at) {
            char c = text.charAt(at);
            if (at == 0 || text.charAt(at - 1) == '\n') {
                lineBegins(at, c);
            }
            if (Character.isLetter(c)) {
                letter(c);
            } else if (Character.isDigit(c)) {
                digit(at);
            } else {
                sign(at, c);
            }
        }

        private void letter(char c) {
            letters++;
            if (c >= 0x80) {
                if (c < 0x250) {
                    accented++;
                } else {
                    foreign++;
                }
            }
        }

        private void digit(int at) {
            if (at == 0 || !Character.isDigit(text.charAt(at - 1))) {
                numbers++;
                if (at > 0 && "$€£¥₹".indexOf(text.charAt(at - 1)) >= 0) {
                    amounts++;
                }
            }
        }

        private void sign(int at, char c) {
            switch (c) {
                case '{', '}', ';', '[', ']', '<', '>', '_' -> marks++;
                case '(' -> calls += endsAName(at) ? 1 : 0;
                case '`' -> fences += fenceEnds(at) ? 1 : 0;
                case '\\' -> commands += nextIsLetter(at) ? 1 : 0;
                case '?', '？' -> questions++;
                case '^', '=', '≤', '≥', '√', '∑', '∫', 'π', '×', '÷' -> formulas++;
                case '+', '*', '/', '-' -> formulas += betweenDigits(at) ? 1 : 0;
                case '$' -> formulas += nextIsLetter(at) ? 1 : 0;
                case '\n' -> lines++;
                default -> {}
            }
        }

        private void lineBegins(int at, char c) {
            boolean bullet = c == '-' || c == '*' || c == '•';
            boolean numbered =
                    Character.isDigit(c)
                            && at + 1 < text.length()
                            && (text.charAt(at + 1) == '.' || text.charAt(at + 1) == ')');
            items += bullet || numbered ? 1 : 0;
            indented += c == '\t' || text.startsWith("    ", at) ? 1 : 0;
        }

        private boolean endsAName(int at) {
            for (int back = 1; back <= 3; back++) {
                if (at < back || !isOfAName(text.charAt(at - back))) {
                    return false;
                }
            }
            return true;
        }

        private static boolean isOfAName(char c) {
            return Character.isLetterOrDigit(c) || c == '_';
        }

        private boolean fenceEnds(int at) {
            return at >= 2 && text.charAt(at - 1) == '`' && text.charAt(at - 2) == '`';
        }

        private boolean nextIsLetter(int at) {
            return at + 1 < text.length() && Character.isLetter(text.charAt(at + 1));
        }

        private boolean betweenDigits(int at) {
            int before = at - 1 >= 0 && text.charAt(at - 1) == ' ' ? at - 2 : at - 1;
            int after = at + 1 < text.length() && text.charAt(at + 1) == ' ' ? at + 2 : at + 1;
            return before >= 0
                    && after < text.length()
                    && Character.isDigit(text.charAt(before))
                    && Character.isDigit(text.charAt(after));
        }
    }
}
