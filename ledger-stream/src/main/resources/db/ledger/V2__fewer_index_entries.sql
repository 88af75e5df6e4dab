-- A job's row is written when it is accepted and again when it ends. An index on completed_at made the second write an
-- entry in every index of the table; nothing that is indexed changes in it now. Whatever ended before a moment was
-- created before it, so the purge finds its rows by created_at.
drop index jobs.job_with_content;
create index job_with_content on jobs.job (created_at) where content_purged_at is null;
