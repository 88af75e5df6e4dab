-- Written by webhook-dispatcher alone. Times are UTC, durations are milliseconds.

create schema if not exists webhook;

create table webhook.delivery (
    webhook_id           text primary key,
    job_id               text not null,
    tenant               text not null,
    type                 text not null,
    url                  text not null,
    endpoint             text not null,
    payload              text,
    payload_bytes        integer not null,
    state                text not null default 'pending' check (state in ('pending', 'delivered', 'exhausted')),
    attempts             integer not null default 0,
    claim                bigint not null default 0,
    claimed_by           text,
    next_attempt_at      timestamptz,
    last_status          integer,
    last_error           text,
    created_at           timestamptz not null,
    received_at          timestamptz not null default now(),
    delivered_at         timestamptz,
    exhausted_at         timestamptz,
    constraint delivery_due_while_pending check ((state = 'pending') = (next_attempt_at is not null))
);

create index delivery_due on webhook.delivery (endpoint, next_attempt_at) where state = 'pending';
create index delivery_in_hand on webhook.delivery (claimed_by) where claimed_by is not null;
create index delivery_by_job on webhook.delivery (job_id);
create index delivery_with_content on webhook.delivery (created_at) where payload is not null;

comment on table webhook.delivery is 'One row for each callback to make; it ends as delivered or exhausted. The payload is purged after seven days, the row stays.';
comment on column webhook.delivery.webhook_id is 'the same over all attempts: receivers tell repeats by it';
comment on column webhook.delivery.type is 'job.succeeded, job.failed, job.rejected, job.expired or job.cancelled';
comment on column webhook.delivery.endpoint is 'scheme, host and port of the url: what is isolated from each other';
comment on column webhook.delivery.payload is 'the JSON body, byte for byte as it is signed';
comment on column webhook.delivery.state is 'pending, delivered or exhausted';
comment on column webhook.delivery.attempts is 'attempts recorded in webhook.attempt';
comment on column webhook.delivery.claim is 'counts the times that a dispatcher took the row; a late attempt is told by it';
comment on column webhook.delivery.claimed_by is 'the dispatcher whose attempt is running; null between attempts';
comment on column webhook.delivery.next_attempt_at is 'when it is due, UTC; while an attempt runs, when another dispatcher may take it over';
comment on column webhook.delivery.last_status is 'HTTP status of the last attempt; null when there was no answer';
comment on column webhook.delivery.last_error is 'short word for why the last attempt had no answer, or why it is exhausted';
comment on column webhook.delivery.created_at is 'when the job''s result was made, UTC';

create table webhook.attempt (
    webhook_id           text not null references webhook.delivery (webhook_id),
    attempt              integer not null,
    started_at           timestamptz not null,
    duration_ms          bigint not null,
    status_code          integer,
    error                text,
    primary key (webhook_id, attempt)
);

comment on table webhook.attempt is 'Every attempt to make a callback.';
comment on column webhook.attempt.attempt is '1 is the first';
comment on column webhook.attempt.duration_ms is 'milliseconds';
comment on column webhook.attempt.status_code is 'HTTP status; null when there was no answer';
comment on column webhook.attempt.error is 'short word; null when there was an answer';
