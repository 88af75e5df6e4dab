package dev.millrace.workers.llama.format;

import static dev.millrace.workers.llama.format.Form.ascii;
import static dev.millrace.workers.llama.format.Form.bytes;
import static dev.millrace.workers.llama.format.Form.choice;
import static dev.millrace.workers.llama.format.Form.optional;
import static dev.millrace.workers.llama.format.Form.sequence;
import static dev.millrace.workers.llama.format.Form.text;

/** The forms of JSON's own values. */
final class JsonForms {

    private static final int MOST_DIGITS = 17;
    private static final int DEEPEST_INDENT = 20;

    /** Between the signs of objects and lists: bounded, so that no answer is all spaces. */
    static final Form SPACE =
            optional(
                    choice(
                            text(" "),
                            sequence(text("\n"), new Form.Repeat(text(" "), 0, DEEPEST_INDENT))));

    private static final Form HEX = ascii("09afAF");

    /** Only whole characters, so no halves of pairs. */
    private static final Form ESCAPE =
            sequence(
                    text("\\"),
                    choice(
                            ascii("\"\"\\\\//bbffnnrrtt"),
                            sequence(
                                    text("u"),
                                    choice(
                                            sequence(ascii("09acefACEF"), HEX, HEX, HEX),
                                            sequence(ascii("ddDD"), ascii("07"), HEX, HEX)))));

    private static final Form MORE = bytes(0x80, 0xbf);

    /** A character in a text: plain, escaped, or of two to four bytes of UTF-8. */
    private static final Form CHARACTER =
            choice(
                    // from space to tilde, without the quotation mark and the backslash
                    ascii(" !#[]~"),
                    ESCAPE,
                    sequence(bytes(0xc2, 0xdf), MORE),
                    sequence(bytes(0xe0, 0xe0), bytes(0xa0, 0xbf), MORE),
                    sequence(bytes(0xe1, 0xec), MORE, MORE),
                    sequence(bytes(0xed, 0xed), bytes(0x80, 0x9f), MORE),
                    sequence(bytes(0xee, 0xef), MORE, MORE),
                    sequence(bytes(0xf0, 0xf0), bytes(0x90, 0xbf), MORE, MORE),
                    sequence(bytes(0xf1, 0xf3), MORE, MORE, MORE),
                    sequence(bytes(0xf4, 0xf4), bytes(0x80, 0x8f), MORE, MORE));

    private static final Form DIGIT = ascii("09");

    static final Form INTEGER =
            sequence(
                    optional(text("-")),
                    choice(
                            text("0"),
                            sequence(ascii("19"), new Form.Repeat(DIGIT, 0, MOST_DIGITS))));

    static final Form NUMBER =
            sequence(
                    INTEGER,
                    optional(sequence(text("."), new Form.Repeat(DIGIT, 1, MOST_DIGITS))),
                    optional(
                            sequence(
                                    ascii("eeEE"),
                                    optional(ascii("++--")),
                                    new Form.Repeat(DIGIT, 1, 2))));

    static final Form TRUTH = choice(text("true"), text("false"));
    static final Form NULL = text("null");

    private JsonForms() {}

    /** A text of so many characters. */
    static Form string(int least, int most) {
        return sequence(text("\""), new Form.Repeat(CHARACTER, least, most), text("\""));
    }

    /** A list of so many values. */
    static Form array(Form item, int least, int most) {
        if (most == 0) {
            return text("[]");
        }
        Form more = sequence(text(","), SPACE, item);
        Form filled =
                sequence(
                        item,
                        new Form.Repeat(
                                more,
                                Math.max(0, least - 1),
                                most == Form.UNBOUNDED ? most : most - 1));
        Form inside = least == 0 ? optional(filled) : filled;
        return sequence(text("["), SPACE, inside, SPACE, text("]"));
    }

    /** An object of any names. */
    static Form map(Form value) {
        Form member = member(string(0, Form.UNBOUNDED), value);
        Form more = sequence(text(","), SPACE, member);
        Form inside = sequence(member, new Form.Repeat(more, 0, Form.UNBOUNDED));
        return sequence(text("{"), SPACE, optional(inside), SPACE, text("}"));
    }

    static Form member(Form name, Form value) {
        return sequence(name, text(":"), SPACE, value);
    }

    /** Any object; its values are any values. */
    static Form anyObject() {
        return map(anyValue());
    }

    static Form anyValue() {
        Form.Named value = new Form.Named();
        value.means(
                choice(
                        map(value),
                        array(value, 0, Form.UNBOUNDED),
                        string(0, Form.UNBOUNDED),
                        NUMBER,
                        TRUTH,
                        NULL));
        return value;
    }
}
