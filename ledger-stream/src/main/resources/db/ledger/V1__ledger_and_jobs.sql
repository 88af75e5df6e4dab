-- Written by ledger-stream alone. Money is integer micro-units of the currency, durations are milliseconds, times are UTC.

create schema if not exists ledger;
create schema if not exists jobs;

-- ---------------------------------------------------------------- what was used and what it cost

create table ledger.usage_event (
    entry                bigint generated always as identity,
    job_id               text primary key,
    tenant               text not null,
    lane                 text,
    model                text,
    vertical             text not null,
    complexity           text not null,
    outcome              text not null,
    input_tokens         bigint not null,
    cached_input_tokens  bigint not null,
    output_tokens        bigint not null,
    reasoning_tokens     bigint not null,
    estimated            boolean not null,
    cost_micros          bigint not null,
    currency             text not null,
    price                text,
    attempts             integer not null,
    queue_ms             bigint not null,
    first_token_ms       bigint not null,
    model_ms             bigint not null,
    accepted_at          timestamptz not null,
    completed_at         timestamptz not null,
    tags                 text[] not null,
    conversation_hash    text,
    recorded_at          timestamptz not null default now()
);

create index usage_event_by_tenant on ledger.usage_event (tenant, completed_at);
-- rows come nearly in the order of completion, so a block range index answers a period for a few kilobytes
create index usage_event_by_time on ledger.usage_event using brin (completed_at);
create index usage_event_without_price on ledger.usage_event (completed_at)
    where price is null and outcome not in ('failed', 'rejected', 'expired');

comment on table ledger.usage_event is 'One row for each job that ended: tokens, money and times, no content. Rows are never edited.';
comment on column ledger.usage_event.entry is 'order in which rows were recorded';
comment on column ledger.usage_event.lane is 'lane of the attempt that ended the job; null where none ran';
comment on column ledger.usage_event.outcome is 'succeeded, failed, rejected, expired or cancelled';
comment on column ledger.usage_event.input_tokens is 'tokens; includes cached_input_tokens';
comment on column ledger.usage_event.cached_input_tokens is 'tokens of the input that were read from a cache';
comment on column ledger.usage_event.output_tokens is 'tokens; includes reasoning_tokens';
comment on column ledger.usage_event.reasoning_tokens is 'tokens of the output that were reasoning';
comment on column ledger.usage_event.estimated is 'true where the engine gave no counts and Millrace counted';
comment on column ledger.usage_event.cost_micros is 'micro-units of the currency: 1000000 is one unit';
comment on column ledger.usage_event.currency is 'ISO 4217 code';
comment on column ledger.usage_event.price is 'the price that was applied, lane/effective_from; null where nothing is charged (and see ledger.unpriced)';
comment on column ledger.usage_event.queue_ms is 'milliseconds from acceptance to the start of the model call';
comment on column ledger.usage_event.first_token_ms is 'milliseconds from the start of the model call to the first token';
comment on column ledger.usage_event.model_ms is 'milliseconds of the model call';
comment on column ledger.usage_event.accepted_at is 'when the job was accepted, UTC';
comment on column ledger.usage_event.completed_at is 'when the job ended, UTC; the price in force then applies';
comment on column ledger.usage_event.tags is 'labels that the caller gave the job';
comment on column ledger.usage_event.conversation_hash is 'SHA-256 (hex) of the conversation name, or null';
comment on column ledger.usage_event.recorded_at is 'when the row was written, UTC';

create table ledger.usage_hourly (
    hour                 timestamptz not null,
    tenant               text not null,
    lane                 text,
    model                text,
    outcome              text not null,
    currency             text not null,
    jobs                 bigint not null,
    input_tokens         bigint not null,
    cached_input_tokens  bigint not null,
    output_tokens        bigint not null,
    reasoning_tokens     bigint not null,
    cost_micros          bigint not null,
    attempts             bigint not null,
    queue_ms             bigint not null,
    first_token_ms       bigint not null,
    model_ms             bigint not null,
    total_ms             bigint not null,
    max_total_ms         bigint not null,
    constraint usage_hourly_key unique nulls not distinct (hour, tenant, lane, model, outcome, currency)
);

comment on table ledger.usage_hourly is 'Sums over the rows of ledger.usage_event that ended in an hour, kept in the transaction that inserts them. An average is a sum over jobs; percentiles come from ledger.usage_event.';
comment on column ledger.usage_hourly.hour is 'start of the hour, UTC, of completed_at';
comment on column ledger.usage_hourly.jobs is 'rows summed';
comment on column ledger.usage_hourly.cost_micros is 'sum, micro-units of the currency';
comment on column ledger.usage_hourly.attempts is 'sum of attempts';
comment on column ledger.usage_hourly.queue_ms is 'sum, milliseconds';
comment on column ledger.usage_hourly.first_token_ms is 'sum, milliseconds';
comment on column ledger.usage_hourly.model_ms is 'sum, milliseconds';
comment on column ledger.usage_hourly.total_ms is 'sum of completed_at - accepted_at, milliseconds';
comment on column ledger.usage_hourly.max_total_ms is 'largest completed_at - accepted_at, milliseconds';

create table ledger.price (
    lane                 text not null,
    effective_from       timestamptz not null,
    currency             text not null,
    input                bigint not null,
    cached_input         bigint not null,
    output               bigint not null,
    reasoning            bigint not null,
    request              bigint not null,
    catalog_version      bigint not null,
    primary key (lane, effective_from)
);

comment on table ledger.price is 'Every price that the catalog has named: a projection, kept also after the catalog drops one.';
comment on column ledger.price.effective_from is 'in force from this moment, UTC, until the lane''s next one';
comment on column ledger.price.input is 'micro-units for a million input tokens';
comment on column ledger.price.cached_input is 'micro-units for a million cached input tokens';
comment on column ledger.price.output is 'micro-units for a million output tokens';
comment on column ledger.price.reasoning is 'micro-units for a million reasoning tokens';
comment on column ledger.price.request is 'micro-units for each charged job';
comment on column ledger.price.catalog_version is 'catalog version that first named it so';

create view ledger.tenant_daily as
select (hour at time zone 'UTC')::date                                 as day,
       tenant,
       currency,
       sum(jobs)::bigint                                               as jobs,
       coalesce(sum(jobs) filter (where outcome = 'succeeded'), 0)::bigint as succeeded,
       coalesce(sum(jobs) filter (where outcome = 'failed'), 0)::bigint    as failed,
       coalesce(sum(jobs) filter (where outcome = 'rejected'), 0)::bigint  as rejected,
       coalesce(sum(jobs) filter (where outcome = 'expired'), 0)::bigint   as expired,
       coalesce(sum(jobs) filter (where outcome = 'cancelled'), 0)::bigint as cancelled,
       sum(input_tokens)::bigint                                       as input_tokens,
       sum(cached_input_tokens)::bigint                                as cached_input_tokens,
       sum(output_tokens)::bigint                                      as output_tokens,
       sum(reasoning_tokens)::bigint                                   as reasoning_tokens,
       sum(cost_micros)::bigint                                        as cost_micros,
       round(sum(cost_micros) / 1000000.0, 6)                          as cost
from ledger.usage_hourly
group by 1, 2, 3;

comment on view ledger.tenant_daily is 'Jobs, tokens and money of each tenant by UTC day and currency.';
comment on column ledger.tenant_daily.cost_micros is 'micro-units of the currency';
comment on column ledger.tenant_daily.cost is 'units of the currency, six decimals';

create view ledger.unpriced as
select entry, job_id, tenant, lane, model, outcome, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
       completed_at
from ledger.usage_event
where price is null
  and outcome not in ('failed', 'rejected', 'expired')
  -- cancelled before any model ran
  and (lane is not null or outcome <> 'cancelled');

comment on view ledger.unpriced is 'Jobs that should have been charged when no price said how much: kept at 0 for a correction. Empty in a healthy system.';

create table ledger.sink_offset (
    topic                text not null,
    partition            integer not null,
    next_offset          bigint not null,
    updated_at           timestamptz not null default now(),
    primary key (topic, partition)
);

comment on table ledger.sink_offset is 'Where the sinks go on reading: moved by compare-and-set in the transaction that writes the rows, so a record counts once.';

-- ---------------------------------------------------------------- what callers ask for by id

create table jobs.job (
    job_id               text primary key,
    tenant               text not null,
    status               text not null,
    requested_model      text,
    lane                 text,
    model                text,
    output               text,
    finish_reason        text,
    error_code           text,
    error_field          text,
    error_limit          text,
    error_detail         text,
    input_tokens         bigint not null default 0,
    cached_input_tokens  bigint not null default 0,
    output_tokens        bigint not null default 0,
    reasoning_tokens     bigint not null default 0,
    estimated            boolean not null default false,
    attempts             integer not null default 0,
    decision             jsonb,
    metadata             jsonb not null default '{}',
    tags                 text[] not null default '{}',
    queue_ms             bigint not null default 0,
    first_token_ms       bigint not null default 0,
    model_ms             bigint not null default 0,
    created_at           timestamptz not null,
    deadline_at          timestamptz,
    completed_at         timestamptz,
    content_purged_at    timestamptz
);

create index job_by_tenant on jobs.job (tenant, created_at);
create index job_with_content on jobs.job (completed_at) where content_purged_at is null;

comment on table jobs.job is 'What became of each accepted job, projected from receipts and results; content is purged after seven days, the row stays.';
comment on column jobs.job.status is 'queued, then succeeded, failed, rejected, expired or cancelled; a terminal status never changes';
comment on column jobs.job.requested_model is 'a lane, an alias or auto, as the caller asked';
comment on column jobs.job.lane is 'lane of the attempt that ended the job; where it was routed while it is queued';
comment on column jobs.job.output is 'the answer; null when there is none or it was purged';
comment on column jobs.job.error_code is 'stable word; null when the job did not fail';
comment on column jobs.job.error_field is 'path into the request';
comment on column jobs.job.error_limit is 'what would have been allowed';
comment on column jobs.job.input_tokens is 'tokens; includes cached_input_tokens';
comment on column jobs.job.output_tokens is 'tokens; includes reasoning_tokens';
comment on column jobs.job.decision is 'why the job went where it went: lane, vertical, complexity, candidates [{lane, verdict, reason}], reasons, ...';
comment on column jobs.job.metadata is 'carried unread from the caller, string to string; purged with the content';
comment on column jobs.job.queue_ms is 'milliseconds from acceptance to the start of the model call';
comment on column jobs.job.first_token_ms is 'milliseconds from the start of the model call to the first token';
comment on column jobs.job.model_ms is 'milliseconds of the model call';
comment on column jobs.job.created_at is 'when the job was accepted, UTC';
comment on column jobs.job.deadline_at is 'when an unfinished job ends as expired, UTC';
comment on column jobs.job.completed_at is 'when the job ended, UTC; null while it has not';
comment on column jobs.job.content_purged_at is 'when output, error detail and metadata were removed, UTC';
