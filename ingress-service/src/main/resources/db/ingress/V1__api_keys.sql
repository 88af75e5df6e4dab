-- Written by ingress-service alone. Keys themselves are nowhere: only their hashes.

create schema if not exists ingress;

create table ingress.api_key (
    key_id        text primary key,
    tenant        text not null,
    sha256        text not null unique,
    label         text not null,
    scopes        text[] not null,
    created_at    timestamptz not null,
    last_used_at  timestamptz,
    revoked_at    timestamptz
);

create index api_key_by_tenant on ingress.api_key (tenant, created_at);

comment on table ingress.api_key is 'API keys that tenants made for themselves; a revoked one keeps its row.';
comment on column ingress.api_key.key_id is 'how the key begins, which names it';
comment on column ingress.api_key.sha256 is 'SHA-256 (hex) of the key';
comment on column ingress.api_key.scopes is 'submit, read, admin';
comment on column ingress.api_key.last_used_at is 'UTC, to within some seconds';
