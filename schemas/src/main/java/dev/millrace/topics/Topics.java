package dev.millrace.topics;

import dev.millrace.v1.Band;
import dev.millrace.v1.CatalogEntry;
import dev.millrace.v1.ControlEvent;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.LaneStatus;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.TenantStatus;
import dev.millrace.v1.TokenChunk;
import dev.millrace.v1.UsageEvent;
import dev.millrace.v1.WebhookEvent;
import java.util.Locale;
import java.util.regex.Pattern;

/** Every topic of the pipeline, in the order in which a job meets them. */
public final class Topics {
    private static final String PREFIX = "millrace.";
    private static final String INTAKE_PREFIX = PREFIX + "intake.";
    private static final String REPLIES_PREFIX = PREFIX + "replies.";
    private static final String LANE_PREFIX = PREFIX + "lane.";

    /** All intake topics, for a consumer that subscribes by pattern; RE2 and Java syntax alike. */
    public static final String INTAKE_PATTERN = "millrace\\.intake\\..+";

    /** Names of tenants, lanes, routes and reply topics: they are parts of topic names. */
    public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    public static Topic<InferenceJob> intake(String tenant) {
        return new Topic<>(INTAKE_PREFIX + tenant, InferenceJob.class);
    }

    public static boolean isIntake(String topic) {
        return topic.startsWith(INTAKE_PREFIX) && topic.length() > INTAKE_PREFIX.length();
    }

    /** The tenant that an intake topic belongs to: its suffix, and nobody's word. */
    public static String tenantOf(String intakeTopic) {
        if (!intakeTopic.startsWith(INTAKE_PREFIX)) {
            throw new IllegalArgumentException("topic=" + intakeTopic + " is not an intake topic");
        }
        return intakeTopic.substring(INTAKE_PREFIX.length());
    }

    public static final Topic<JobCommand> JOBS = new Topic<>(PREFIX + "jobs", JobCommand.class);

    public static Topic<RoutedJob> lane(String lane, Band band) {
        return new Topic<>(
                LANE_PREFIX + lane + "." + band.name().toLowerCase(Locale.ROOT), RoutedJob.class);
    }

    /** The consumer group that a lane's workers share. */
    public static String laneGroup(String lane) {
        return "millrace-lane-" + lane;
    }

    public static final Topic<Outcome> OUTCOMES = new Topic<>(PREFIX + "outcomes", Outcome.class);

    public static final Topic<InferenceResult> RESULTS =
            new Topic<>(PREFIX + "results", InferenceResult.class);

    public static Topic<InferenceResult> replies(String name) {
        return new Topic<>(REPLIES_PREFIX + name, InferenceResult.class);
    }

    /** Receipts and results for waiting callers; the partition is the ingress instance's. */
    public static final Topic<IngressReply> INGRESS_REPLIES =
            new Topic<>(REPLIES_PREFIX + "ingress", IngressReply.class);

    public static final Topic<TokenChunk> TOKENS = new Topic<>(PREFIX + "tokens", TokenChunk.class);

    public static final Topic<WebhookEvent> WEBHOOKS =
            new Topic<>(PREFIX + "webhooks", WebhookEvent.class);

    public static final Topic<UsageEvent> USAGE = new Topic<>(PREFIX + "usage", UsageEvent.class);

    public static final Topic<CatalogEntry> CATALOG =
            new Topic<>(PREFIX + "catalog", CatalogEntry.class);

    public static final Topic<ControlEvent> CONTROL =
            new Topic<>(PREFIX + "control", ControlEvent.class);

    public static final Topic<TenantStatus> TENANT_STATUS =
            new Topic<>(PREFIX + "tenant-status", TenantStatus.class);

    public static final Topic<LaneStatus> LANE_STATUS =
            new Topic<>(PREFIX + "lane-status", LaneStatus.class);

    /** Original bytes of records that could not be processed, with {@link DeadLetterHeaders}. */
    public static final String DEAD_LETTERS = PREFIX + "dead-letters";

    private Topics() {}
}
