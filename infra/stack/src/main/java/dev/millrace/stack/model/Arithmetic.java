package dev.millrace.stack.model;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds a sum in a sentence and works it out: {@code + - * /}, brackets, decimals. */
final class Arithmetic {
    private static final Pattern CANDIDATE = Pattern.compile("[-(]*\\d[\\d\\s.()+*/x×÷−-]*[\\d)]");
    private static final Pattern OPERATOR = Pattern.compile("\\d[\\s)]*[-+*/]");
    private static final int LONGEST = 200;

    private final String text;
    private int at;

    private Arithmetic(String text) {
        this.text = text;
    }

    /**
     * The first sum of a text as {@code sum = value}; empty where there is none, or it has no
     * value.
     */
    static Optional<String> solve(String text) {
        Matcher matcher = CANDIDATE.matcher(text);
        while (matcher.find()) {
            String sum = normalise(matcher.group());
            if (sum.length() <= LONGEST && OPERATOR.matcher(sum).find()) {
                Optional<BigDecimal> value = value(sum);
                if (value.isPresent()) {
                    return Optional.of(
                            sum + " = " + value.get().stripTrailingZeros().toPlainString());
                }
            }
        }
        return Optional.empty();
    }

    private static String normalise(String sum) {
        return sum.strip().replace('x', '*').replace('×', '*').replace('÷', '/').replace('−', '-');
    }

    private static Optional<BigDecimal> value(String sum) {
        try {
            Arithmetic reader = new Arithmetic(sum.replaceAll("\\s+", ""));
            BigDecimal value = reader.sum();
            return reader.at == reader.text.length() ? Optional.of(value) : Optional.empty();
        } catch (ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private BigDecimal sum() {
        BigDecimal left = product();
        while (true) {
            if (take('+')) {
                left = left.add(product());
            } else if (take('-')) {
                left = left.subtract(product());
            } else {
                return left;
            }
        }
    }

    private BigDecimal product() {
        BigDecimal left = factor();
        while (true) {
            if (take('*')) {
                left = left.multiply(factor());
            } else if (take('/')) {
                left = left.divide(factor(), MathContext.DECIMAL64);
            } else {
                return left;
            }
        }
    }

    private BigDecimal factor() {
        if (take('-')) {
            return factor().negate();
        }
        if (take('(')) {
            BigDecimal inner = sum();
            if (!take(')')) {
                throw new NumberFormatException("a bracket is open");
            }
            return inner;
        }
        int start = at;
        while (at < text.length()
                && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
        return new BigDecimal(text.substring(start, at));
    }

    private boolean take(char symbol) {
        if (at < text.length() && text.charAt(at) == symbol) {
            at++;
            return true;
        }
        return false;
    }
}
