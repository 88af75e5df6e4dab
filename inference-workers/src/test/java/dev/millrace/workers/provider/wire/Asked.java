package dev.millrace.workers.provider.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A request as it came in.
 *
 * @param headers by lower-case name
 */
public record Asked(String path, Map<String, String> headers, JsonNode body) {}
