package dev.millrace.classifier.job;

import dev.millrace.v1.RoutedJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one record, or one moment, comes to: a job's new state and the records that go with it. */
public record Step(Optional<Change> change, List<Emission> emissions, Optional<Waste> waste) {
    public static final Step NOTHING = new Step(Optional.empty(), List.of(), Optional.empty());

    /**
     * One job's change. {@code held} is what waits with it, where it waits.
     *
     * @param from what was there; null where nothing was
     * @param to what is there now; null where the job is forgotten
     */
    public record Change(JobId id, @Nullable Job from, @Nullable Job to, Optional<RoutedJob> held) {
        public Change {
            boolean holds = to instanceof Job.Open open && open.attempt().heldUntil().isPresent();
            if (held.isPresent() && !holds) {
                throw new IllegalArgumentException("only a job that waits holds its content");
            }
        }
    }

    public Step {
        emissions = List.copyOf(emissions);
    }

    public static Step of(Change change, List<Emission> emissions) {
        return new Step(Optional.of(change), emissions, Optional.empty());
    }

    public static Step of(Change change, Emission... emissions) {
        return of(change, List.of(emissions));
    }

    public static Step only(Emission... emissions) {
        return new Step(Optional.empty(), List.of(emissions), Optional.empty());
    }

    public static Step wasted(Waste waste) {
        return new Step(Optional.empty(), List.of(), Optional.of(waste));
    }

    /** The same with records before the others. */
    public Step preceded(Emission first) {
        List<Emission> all = new ArrayList<>();
        all.add(first);
        all.addAll(emissions);
        return new Step(change, all, waste);
    }
}
