package dev.millrace.classifier;

import static dev.millrace.classifier.given.Commands.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Tenant;
import dev.millrace.classifier.Router.Verdict.NoLane;
import dev.millrace.classifier.Router.Verdict.Routed;
import dev.millrace.classifier.given.Catalogs;
import dev.millrace.job.Messages;
import dev.millrace.v1.Band;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.LaneConsidered;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouterTest {
    private static final Catalog CATALOG = Catalogs.usual();
    private static final Tenant ACME = CATALOG.tenant("acme").orElseThrow();

    private final Router router = new Router();

    @Test
    void aLaneAskedForByNameTakesTheJob() {
        Routed routed = routed(job(job -> job.setModel("cloud")), "general");

        assertThat(routed.lane().name()).isEqualTo("cloud");
        assertThat(routed.decision().getRoute()).isEmpty();
        assertThat(routed.decision().getRequestedModel()).isEqualTo("cloud");
        assertThat(routed.decision().getCatalogVersion()).isEqualTo(7);
        assertThat(routed.decision().getReasons()).contains("model=cloud: asked for by name");
    }

    @Test
    void anAliasIsItsLane() {
        assertThat(routed(job(job -> job.setModel("fast-alias")), "general").lane().name())
                .isEqualTo("fast");
    }

    @Test
    void theFirstRouteThatMatchesDecides() {
        Routed code = routed(job(job -> job.setModel("auto")), "code");
        Routed other = routed(job(job -> job.setModel("auto")), "math");

        assertThat(code.decision().getRoute()).contains("hard-code");
        assertThat(code.lane().name()).isEqualTo("cloud");
        assertThat(other.decision().getRoute()).contains("rest");
        assertThat(other.lane().name()).isEqualTo("small");
    }

    @Test
    void everyLaneOfTheRouteIsListedWithWhyOrWhyNot() {
        Routed routed = routed(job(job -> job.setModel("auto").setMaxTokens(500)), "general");

        assertThat(routed.decision().getCandidates())
                .extracting(LaneConsidered::getLane, LaneConsidered::getVerdict)
                .containsExactly(
                        tuple("old", "excluded"),
                        tuple("small", "excluded"),
                        tuple("fast", "chosen"),
                        tuple("cloud", "fallback"));
        assertThat(routed.decision().getCandidates().get(0).getReason()).contains("retired");
        assertThat(routed.decision().getCandidates().get(1).getReason())
                .isEqualTo("max_tokens 500 is over the lane's 64");
        assertThat(routed.lanes()).containsExactly("fast", "cloud");
        assertThat(routed.maxTokens()).isEqualTo(500);
    }

    @Test
    void anEmbeddingPassesOverLanesAndRoutesForChats() {
        InferenceJob embedding =
                job(
                        job ->
                                job.setModel("auto")
                                        .setKind("embedding")
                                        .setMessages(List.of())
                                        .setInput(List.of("text")));

        assertThat(routed(embedding, "code").lane().name()).isEqualTo("vectors");
        assertThat(routed(embedding, "code").decision().getRoute()).contains("vectors");
    }

    @Test
    void aLaneOfTheOtherKindSaysSo() {
        NoLane none = (NoLane) route(job(job -> job.setModel("vectors")), "general");

        assertThat(none.error().getCode()).isEqualTo("wrong_kind");
        assertThat(none.error().getLimit()).contains("embedding");
    }

    @Test
    void aPromptThatDoesNotFitTheContextGoesElsewhere() {
        Routed routed = routed(longJob("auto"), "general");

        assertThat(routed.lane().name()).isEqualTo("fast");
        assertThat(routed.decision().getCandidates().get(1).getReason())
                .contains("the lane's context is 128");
    }

    @Test
    void aLaneAskedForByNameSaysThatThePromptDoesNotFit() {
        NoLane none = (NoLane) route(longJob("small"), "general");

        assertThat(none.error().getCode()).isEqualTo("prompt_too_large");
        assertThat(none.error().getField()).contains("messages");
        assertThat(none.error().getLimit()).contains("128 tokens with the answer");
    }

    @Test
    void theAnswerGetsTheRoomThatThePromptLeaves() {
        String prompt = "x".repeat(400);
        Routed routed =
                routed(
                        job(
                                job ->
                                        job.setModel("small")
                                                .setMessages(List.of(Messages.of("user", prompt)))),
                        "general");

        assertThat(routed.maxTokens()).isEqualTo(Catalogs.SMALL_CONTEXT - 104);
        assertThat(routed.predictedTokens()).isEqualTo(Catalogs.SMALL_CONTEXT);
    }

    @Test
    void withoutAWordAboutTokensTheLanesOrTheTenantsLimitHolds() {
        assertThat(routed(job(job -> job.setModel("fast")), "general").maxTokens())
                .isEqualTo(Catalogs.FAST_MAX_TOKENS);
        assertThat(routed(job(job -> job.setModel("cloud")), "general").maxTokens())
                .isEqualTo(ACME.limits().maxTokens());
    }

    @Test
    void aLaneThatIsNotThereIsNoLane() {
        NoLane none = (NoLane) route(job(job -> job.setModel("gone")), "general");

        assertThat(none.error().getCode()).isEqualTo("no_lane");
        assertThat(none.decision().getLane()).isEmpty();
        assertThat(none.decision().getCandidates().getFirst().getReason())
                .isEqualTo("gone is not in the catalog");
    }

    @Test
    void withoutAnyRouteThereIsNoLane() {
        Catalog bare =
                new Catalog(
                        1,
                        List.of(ACME),
                        List.copyOf(CATALOG.lanes().values()),
                        List.of(),
                        List.of());

        Router.Verdict verdict =
                router.route(job(job -> job.setModel("auto")), ACME, classified("code"), bare);

        assertThat(((NoLane) verdict).error().getDetail()).isEqualTo("no route matches the job");
    }

    @Test
    void aFallbackLaneEnforcesItsOwnLimitOnWhatWasAsked() {
        assertThat(
                        Router.maxTokens(
                                Optional.of(500),
                                CATALOG.lane("small").orElseThrow(),
                                ACME.limits(),
                                10))
                .isEqualTo(Catalogs.SMALL_MAX_TOKENS);
    }

    @Test
    void thePriorityIsTheBand() {
        assertThat(routed(job(job -> job.setPriority("interactive")), "general").band())
                .isEqualTo(Band.INTERACTIVE);
        assertThat(routed(job(), "general").band()).isEqualTo(Band.STANDARD);
    }

    private Routed routed(InferenceJob job, String vertical) {
        return (Routed) route(job, vertical);
    }

    private Router.Verdict route(InferenceJob job, String vertical) {
        return router.route(job, ACME, classified(vertical), CATALOG);
    }

    private static InferenceJob longJob(String model) {
        String prompt = "word ".repeat(200);
        return job(job -> job.setModel(model).setMessages(List.of(Messages.of("user", prompt))));
    }

    private static Classified classified(String vertical) {
        return new Classified(vertical, 0.8, "simple", 0.2, 0.8, List.of("vertical=" + vertical));
    }
}
