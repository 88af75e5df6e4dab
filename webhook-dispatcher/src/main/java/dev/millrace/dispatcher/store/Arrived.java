package dev.millrace.dispatcher.store;

import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.v1.WebhookEvent;

/** An event as it came in, with the trace that its delivery goes on with. */
public record Arrived(WebhookEvent event, TraceContext trace) {}
