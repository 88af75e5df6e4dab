package dev.millrace.workers.llama.format;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far an answer has come within a form: every way to read it so far, each as what is still to
 * come. Immutable.
 */
public final class FormProgress {

    /** More ways than this are not followed: what is then taken for wrong only narrows the form. */
    private static final int MOST_WAYS = 256;

    private static final int DEEPEST = 512;

    /** Each begins with a single byte, or is the end. */
    private final Set<Way> ways;

    /**
     * What is still to come, first things first. Ways share their ends, so identity is a quick yes.
     */
    @SuppressWarnings("ReferenceEquality")
    private static final class Way {
        private final Form form;
        private final Way rest;
        private final int depth;
        private final int hash;

        /**
         * @param rest null where nothing more comes, not even this
         */
        private Way(Form form, @Nullable Way rest) {
            this.form = form;
            this.rest = rest == null ? this : rest;
            this.depth = rest == null ? 0 : rest.depth + 1;
            this.hash = identity(form) + (rest == null ? 0 : 31 * rest.hash);
        }

        private boolean isEnd() {
            return rest == this;
        }

        /** Repetitions are made anew with each step; the other forms are there once. */
        private static int identity(Form form) {
            return form instanceof Form.Repeat(Form part, int least, int most)
                    ? System.identityHashCode(part) + 7 * least + 13 * most
                    : System.identityHashCode(form);
        }

        private static boolean same(Form one, Form other) {
            return one == other
                    || (one instanceof Form.Repeat(Form part, int least, int most)
                            && other instanceof Form.Repeat(Form part2, int least2, int most2)
                            && part == part2
                            && least == least2
                            && most == most2);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object object) {
            if (!(object instanceof Way other) || hash != other.hash || depth != other.depth) {
                return false;
            }
            Way mine = this;
            Way its = other;
            while (mine != its) {
                if (!same(mine.form, its.form)) {
                    return false;
                }
                if (mine.isEnd() || its.isEnd()) {
                    return mine.isEnd() && its.isEnd();
                }
                mine = mine.rest;
                its = its.rest;
            }
            return true;
        }
    }

    private static final Way END = new Way(new Form.Sequence(List.of()), null);

    private FormProgress(Set<Way> ways) {
        this.ways = ways;
    }

    static FormProgress start(Form form) {
        Set<Way> ways = new LinkedHashSet<>();
        open(form, END, ways, 0);
        return new FormProgress(ways);
    }

    /** The progress after some more bytes; one that is {@link #isDead} if they do not fit. */
    public FormProgress after(byte... bytes) {
        FormProgress progress = this;
        for (byte b : bytes) {
            if (progress.isDead()) {
                return progress;
            }
            progress = progress.afterOne(b);
        }
        return progress;
    }

    private FormProgress afterOne(byte b) {
        Set<Way> next = new LinkedHashSet<>();
        for (Way way : ways) {
            if (!way.isEnd() && way.form instanceof Form.OneOf one && one.set().has(b)) {
                step(way.rest, next, 0);
            }
        }
        return new FormProgress(next);
    }

    /** Whether nothing fits any more. */
    public boolean isDead() {
        return ways.isEmpty();
    }

    /** Whether the answer may be over here. */
    public boolean mayEnd() {
        return ways.contains(END);
    }

    /** Whether nothing but the end can come. */
    public boolean mustEnd() {
        return mayEnd() && ways.size() == 1;
    }

    private static void step(Way way, Set<Way> found, int depth) {
        if (way.isEnd()) {
            found.add(way);
        } else {
            open(way.form, way.rest, found, depth);
        }
    }

    /** Adds the ways that begin with a byte, of a form that has something after it. */
    private static void open(Form form, Way rest, Set<Way> found, int depth) {
        if (found.size() >= MOST_WAYS || depth > DEEPEST) {
            return;
        }
        switch (form) {
            case Form.OneOf one -> found.add(new Way(one, rest));
            case Form.Sequence(List<Form> parts) -> {
                Way way = rest;
                for (Form part : parts.reversed()) {
                    way = new Way(part, way);
                }
                step(way, found, depth + 1);
            }
            case Form.Choice(List<Form> options) ->
                    options.forEach(option -> open(option, rest, found, depth + 1));
            case Form.Repeat(Form part, int least, int most) -> {
                if (most > 0) {
                    int more = most == Form.UNBOUNDED ? most : most - 1;
                    Form again = new Form.Repeat(part, Math.max(0, least - 1), more);
                    open(part, new Way(again, rest), found, depth + 1);
                }
                if (least == 0) {
                    step(rest, found, depth + 1);
                }
            }
            case Form.Named named -> open(named.target(), rest, found, depth + 1);
        }
    }
}
