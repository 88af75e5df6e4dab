-- The job's W3C trace goes on with each attempt, whenever that is made.

alter table webhook.delivery add column traceparent text;
alter table webhook.delivery add column tracestate text;

comment on column webhook.delivery.traceparent is 'W3C trace context that the event came with; sent with each attempt';
comment on column webhook.delivery.tracestate is 'W3C trace state that belongs to traceparent';
