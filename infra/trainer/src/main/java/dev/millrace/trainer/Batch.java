package dev.millrace.trainer;

import dev.millrace.trainer.grad.Segments;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Several lessons one after the other.
 *
 * @param asked the rows whose next token is to be predicted; the questions themselves are not
 *     learnt
 * @param targets the token that follows each of them
 */
record Batch(int[] ids, Segments segments, int[] asked, int[] targets) {

    static Batch of(List<Lesson> lessons) {
        int[] starts = new int[lessons.size() + 1];
        for (int i = 0; i < lessons.size(); i++) {
            starts[i + 1] = starts[i] + lessons.get(i).ids().length;
        }
        int[] ids = lessons.stream().flatMapToInt(lesson -> IntStream.of(lesson.ids())).toArray();
        int[] asked =
                IntStream.range(0, lessons.size())
                        .flatMap(i -> lessons.get(i).asked().map(position -> starts[i] + position))
                        .toArray();
        int[] targets = IntStream.of(asked).map(row -> ids[row + 1]).toArray();
        return new Batch(ids, new Segments(starts), asked, targets);
    }
}
