package dev.millrace.classifier;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.JobKind;
import dev.millrace.catalog.Lane;
import dev.millrace.catalog.Route;
import dev.millrace.catalog.Tenant;
import dev.millrace.classifier.job.JobErrors;
import dev.millrace.job.JobContent;
import dev.millrace.v1.Band;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import dev.millrace.v1.LaneConsidered;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Route: which lane takes the job, which others could, and why not the rest. */
public final class Router {
    public static final String AUTO = "auto";
    private static final String CHOSEN = "chosen";
    private static final String FALLBACK = "fallback";
    private static final String EXCLUDED = "excluded";

    /** Room for an answer that a lane must have, where the caller did not say how much. */
    private static final int LEAST_ANSWER = 16;

    private static final int MAX_REASONS = 24;

    /** What routing comes to. */
    public sealed interface Verdict {
        Decision decision();

        /**
         * A lane takes the job.
         *
         * @param lanes that may take it, the chosen one first
         * @param maxTokens as enforced in the chosen lane
         */
        record Routed(
                Lane lane,
                Band band,
                List<String> lanes,
                int maxTokens,
                long predictedTokens,
                Decision decision)
                implements Verdict {
            /** The same behind everybody else's jobs. */
            public Routed toOverflow() {
                return new Routed(
                        lane,
                        Band.OVERFLOW,
                        lanes,
                        maxTokens,
                        predictedTokens,
                        because(
                                decision,
                                "over its fair share of lane " + lane.name() + ": overflow band"));
            }
        }

        /** None can. */
        record NoLane(JobError error, Decision decision) implements Verdict {}
    }

    /** A lane that was looked at: the error is why it cannot take the job. */
    private record Considered(String name, Optional<Lane> lane, Optional<JobError> error) {}

    /** The lanes to look at, in order of preference. */
    private record Plan(Optional<String> route, List<String> lanes, String why) {}

    public Verdict route(InferenceJob job, Tenant tenant, Classified classified, Catalog catalog) {
        boolean explicit = !job.getModel().equals(AUTO);
        Plan plan =
                explicit
                        ? new Plan(
                                Optional.empty(),
                                List.of(job.getModel()),
                                "model=" + job.getModel() + ": asked for by name")
                        : plan(job, tenant, classified, catalog);
        long input = JobContent.inputTokens(job);
        List<Considered> considered =
                plan.lanes().stream()
                        .map(name -> consider(name, job, tenant, input, catalog))
                        .toList();
        List<Lane> able =
                considered.stream()
                        .filter(each -> each.error().isEmpty())
                        .flatMap(each -> each.lane().stream())
                        .toList();
        Decision decision = decision(job, classified, plan, considered, able, catalog.version());
        if (able.isEmpty()) {
            return new Verdict.NoLane(noLane(explicit, considered), decision);
        }
        Lane lane = able.getFirst();
        int maxTokens = maxTokens(job.getMaxTokens(), lane, tenant.limits(), input);
        return new Verdict.Routed(
                lane,
                band(job),
                able.stream().map(Lane::name).toList(),
                maxTokens,
                input + maxTokens,
                decision);
    }

    /** How many output tokens a job may have in a lane, where it asked for so many, or did not. */
    public static int maxTokens(
            Optional<Integer> asked, Lane lane, Tenant.Limits limits, long inputTokens) {
        int limit = Math.min(lane.maxTokens(), limits.maxTokens());
        if (asked.isPresent()) {
            return Math.min(asked.get(), limit);
        }
        return (int) Math.max(1, Math.min(limit, room(lane) - inputTokens));
    }

    /** The decision after a lane turned the job away and another took it. */
    public static Decision moved(Decision before, String from, String to, String why) {
        List<LaneConsidered> candidates =
                before.getCandidates().stream()
                        .map(
                                each ->
                                        each.getLane().equals(to)
                                                ? new LaneConsidered(to, CHOSEN, each.getReason())
                                                : each.getLane().equals(from)
                                                        ? new LaneConsidered(from, EXCLUDED, why)
                                                        : each)
                        .toList();
        String reason = "lane=" + to + ": " + from + " was unavailable (" + why + ")";
        return Decision.newBuilder(because(before, reason))
                .setLane(to)
                .setCandidates(candidates)
                .build();
    }

    /** The decision with one more reason, where it has not too many or that very one. */
    private static Decision because(Decision before, String reason) {
        List<String> reasons = new ArrayList<>(before.getReasons());
        if (reasons.size() >= MAX_REASONS || reasons.contains(reason)) {
            return before;
        }
        reasons.add(reason);
        return Decision.newBuilder(before).setReasons(reasons).build();
    }

    private static Plan plan(
            InferenceJob job, Tenant tenant, Classified classified, Catalog catalog) {
        for (Route route : catalog.routes()) {
            if (matches(route, tenant, classified) && serves(route, job, catalog)) {
                return new Plan(
                        Optional.of(route.name()),
                        route.lanes(),
                        "route=" + route.name() + ": the first that matches");
            }
        }
        return new Plan(Optional.empty(), List.of(), "no route matches");
    }

    private static boolean matches(Route route, Tenant tenant, Classified classified) {
        return accepts(route.verticals(), classified.vertical())
                && accepts(route.complexities(), classified.complexity())
                && accepts(route.tenants(), tenant.name());
    }

    /** Embeddings pass over the routes that name no lane for them; chats never did. */
    private static boolean serves(Route route, InferenceJob job, Catalog catalog) {
        return !JobContent.isEmbedding(job)
                || route.lanes().stream()
                        .flatMap(name -> catalog.lane(name).stream())
                        .anyMatch(lane -> lane.serves() == JobKind.EMBEDDING);
    }

    private static boolean accepts(Set<String> words, String word) {
        return words.isEmpty() || words.contains(word);
    }

    private static Considered consider(
            String name, InferenceJob job, Tenant tenant, long input, Catalog catalog) {
        Optional<Lane> lane = catalog.lane(name);
        Optional<JobError> error =
                lane.isEmpty()
                        ? Optional.of(
                                JobErrors.of(
                                        "no_lane", "model", null, name + " is not in the catalog"))
                        : cannotTake(lane.get(), job, input);
        return new Considered(lane.map(Lane::name).orElse(name), lane, error);
    }

    private static Optional<JobError> cannotTake(Lane lane, InferenceJob job, long input) {
        if (lane.retired()) {
            return Optional.of(
                    JobErrors.of("no_lane", "model", null, "lane " + lane.name() + " is retired"));
        }
        if (!lane.serves().word().equals(job.getKind())) {
            return Optional.of(
                    JobErrors.of(
                            "wrong_kind",
                            "kind",
                            lane.serves().word(),
                            "lane " + lane.name() + " does not serve jobs of this kind"));
        }
        Optional<Integer> asked = job.getMaxTokens();
        if (asked.filter(tokens -> tokens > lane.maxTokens()).isPresent()) {
            return Optional.of(
                    JobErrors.of(
                            "max_tokens_out_of_range",
                            "max_tokens",
                            "1 to " + lane.maxTokens(),
                            "max_tokens "
                                    + asked.get()
                                    + " is over the lane's "
                                    + lane.maxTokens()));
        }
        long needed = input + asked.orElse(Math.min(LEAST_ANSWER, lane.maxTokens()));
        if (needed > room(lane)) {
            return Optional.of(
                    JobErrors.of(
                            "prompt_too_large",
                            "messages",
                            room(lane) + " tokens with the answer",
                            "prompt and answer come to about "
                                    + needed
                                    + " tokens, the lane's context is "
                                    + room(lane)));
        }
        return Optional.empty();
    }

    /** Tokens of prompt and answer together, where the engine has a limit that we know. */
    private static long room(Lane lane) {
        return switch (lane.engine()) {
            case EngineSpec.Llama llama -> llama.contextTokens();
            case EngineSpec.Chat chat -> Integer.MAX_VALUE;
            case EngineSpec.Echo echo -> Integer.MAX_VALUE;
        };
    }

    /** A job that names its lane learns what is wrong with just that lane. */
    private static JobError noLane(boolean explicit, List<Considered> considered) {
        if (explicit && !considered.isEmpty()) {
            return considered.getFirst().error().orElseThrow();
        }
        String detail =
                considered.isEmpty()
                        ? "no route matches the job"
                        : "no lane of the route can take the job";
        return JobErrors.of("no_lane", "model", null, detail);
    }

    private static Decision decision(
            InferenceJob job,
            Classified classified,
            Plan plan,
            List<Considered> considered,
            List<Lane> able,
            long catalogVersion) {
        Optional<String> chosen = able.stream().findFirst().map(Lane::name);
        return Decision.newBuilder()
                .setRequestedModel(job.getModel())
                .setVertical(classified.vertical())
                .setVerticalConfidence(classified.verticalConfidence())
                .setComplexity(classified.complexity())
                .setComplexityScore(classified.complexityScore())
                .setComplexityConfidence(classified.complexityConfidence())
                .setRoute(plan.route().orElse(null))
                .setLane(chosen.orElse(null))
                .setCandidates(considered.stream().map(each -> candidate(each, chosen)).toList())
                .setReasons(
                        Stream.concat(classified.reasons().stream(), Stream.of(plan.why()))
                                .limit(MAX_REASONS)
                                .toList())
                .setCatalogVersion(catalogVersion)
                .build();
    }

    private static LaneConsidered candidate(Considered each, Optional<String> chosen) {
        if (each.error().isPresent()) {
            return new LaneConsidered(each.name(), EXCLUDED, each.error().get().getDetail());
        }
        return chosen.filter(each.name()::equals).isPresent()
                ? new LaneConsidered(each.name(), CHOSEN, "the first that can take the job")
                : new LaneConsidered(each.name(), FALLBACK, "can take the job too");
    }

    private static Band band(InferenceJob job) {
        return job.getPriority().equals("interactive") ? Band.INTERACTIVE : Band.STANDARD;
    }
}
