package dev.millrace.workers.llama.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What bytes an answer may be made of, as parts of parts. */
sealed interface Form {

    int UNBOUNDED = Integer.MAX_VALUE;

    /** One byte of a set. */
    record OneOf(ByteSet set) implements Form {}

    /** One part after the other. */
    record Sequence(List<Form> parts) implements Form {
        public Sequence {
            parts = List.copyOf(parts);
        }
    }

    /** Any one of several. */
    record Choice(List<Form> options) implements Form {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /**
     * The same several times.
     *
     * @param part never empty
     */
    record Repeat(Form part, int least, int most) implements Form {}

    /** A form that is given later, so that forms can contain themselves. */
    final class Named implements Form {
        private @Nullable Form target;

        void means(Form form) {
            target = form;
        }

        Form target() {
            Form form = target;
            if (form == null) {
                throw new IllegalStateException("a named form was never given");
            }
            return form;
        }
    }

    static Form sequence(Form... parts) {
        return new Sequence(List.of(parts));
    }

    static Form choice(Form... options) {
        return new Choice(List.of(options));
    }

    static Form optional(Form part) {
        return new Repeat(part, 0, 1);
    }

    static Form text(String text) {
        List<Form> bytes = new ArrayList<>();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(new OneOf(ByteSet.range(b & 0xff, b & 0xff)));
        }
        return new Sequence(bytes);
    }

    /** One byte of some ranges, written as {@code "09af"}. */
    static Form ascii(String ranges) {
        ByteSet set = ByteSet.NONE;
        for (int i = 0; i < ranges.length(); i += 2) {
            set = set.and(ByteSet.range(ranges.charAt(i), ranges.charAt(i + 1)));
        }
        return new OneOf(set);
    }

    static Form bytes(int from, int to) {
        return new OneOf(ByteSet.range(from, to));
    }
}
