package dev.millrace.classifier.job;

import dev.millrace.v1.ControlEvent;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.TenantStatus;
import dev.millrace.v1.WebhookEvent;

/** One record that a step writes. */
public sealed interface Emission {
    /** To the lane that it names. */
    record ToLane(RoutedJob routed) implements Emission {}

    /** The one result of a job. */
    record ToResults(InferenceResult result) implements Emission {}

    /** To the ingress instance that took the job in. */
    record ToIngress(IngressReply reply) implements Emission {}

    record ToWebhooks(WebhookEvent event) implements Emission {}

    record ToControl(ControlEvent event) implements Emission {}

    record ToTenantStatus(TenantStatus status) implements Emission {}

    /**
     * A job that used up its attempts, as it was last routed.
     *
     * @param reason a short stable word, then detail
     */
    record ToDeadLetters(RoutedJob routed, String reason, int attempts) implements Emission {}
}
