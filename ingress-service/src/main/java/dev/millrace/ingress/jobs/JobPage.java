package dev.millrace.ingress.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of a tenant's jobs, newest first, without their outputs.
 *
 * @param nextCursor asks for the page after this one; absent on the last
 */
@Serdeable
@JsonInclude(JsonInclude.Include.ALWAYS)
public record JobPage(
        List<JobView> data,
        @JsonProperty("has_more") boolean hasMore,
        @JsonProperty("next_cursor") @Nullable String nextCursor) {}
