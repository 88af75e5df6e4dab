package dev.millrace.local.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One job of the demo.
 *
 * @param via topic or http
 * @param model a lane, an alias or auto
 * @param expected the answer that is known beforehand, for questions of the guide
 */
record DemoJob(String tenant, String prompt, String via, String model, Optional<String> expected) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> FIELDS =
            Set.of("tenant", "prompt", "via", "model", "expected");
    private static final int MOST = 100_000;

    boolean overHttp() {
        return via.equals("http");
    }

    /** The jobs that ship with Millrace. */
    static List<DemoJob> shipped() throws IOException {
        try (InputStream in = DemoJob.class.getResourceAsStream("/demo-jobs.jsonl")) {
            if (in == null) {
                throw new IOException("demo-jobs.jsonl is missing from the class path");
            }
            return parse("demo-jobs.jsonl", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /**
     * @throws IllegalArgumentException naming file, line and field
     */
    static List<DemoJob> read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(file + " cannot be read");
        }
        return parse(file.toString(), Files.readString(file));
    }

    static List<DemoJob> parse(String file, String text) {
        List<DemoJob> jobs = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                jobs.add(parseLine(file + ":" + number, line));
            }
        }
        if (jobs.isEmpty() || jobs.size() > MOST) {
            throw new IllegalArgumentException(
                    file + ": holds " + jobs.size() + " jobs; 1 to " + MOST + " are possible");
        }
        return jobs;
    }

    private static DemoJob parseLine(String where, String line) {
        try {
            JsonNode node = JSON.readTree(line);
            if (!node.isObject()) {
                throw new IllegalArgumentException(where + ": not a JSON object");
            }
            node.fieldNames()
                    .forEachRemaining(
                            field -> {
                                if (!FIELDS.contains(field)) {
                                    throw new IllegalArgumentException(
                                            where
                                                    + ": "
                                                    + field
                                                    + ": unknown field; known are "
                                                    + FIELDS);
                                }
                            });
            String via = text(where, node, "via");
            if (!via.equals("topic") && !via.equals("http")) {
                throw new IllegalArgumentException(
                        where + ": via: must be topic or http, was " + via);
            }
            if (node.path("prompt").isTextual() && node.get("prompt").asText().isBlank()) {
                throw new IllegalArgumentException(where + ": prompt: must not be blank");
            }
            return new DemoJob(
                    text(where, node, "tenant"),
                    text(where, node, "prompt"),
                    via,
                    node.hasNonNull("model") ? text(where, node, "model") : "auto",
                    node.hasNonNull("expected")
                            ? Optional.of(text(where, node, "expected"))
                            : Optional.empty());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(where + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(String where, JsonNode node, String field) {
        if (!node.path(field).isTextual()) {
            throw new IllegalArgumentException(where + ": " + field + ": must be a text");
        }
        return node.get(field).asText();
    }
}
