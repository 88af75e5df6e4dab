package dev.millrace.ledger.sink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows as one JSON parameter, which a statement opens with {@code json_to_recordset}: one round
 * trip for a batch, whatever its columns are. Text loses its NUL characters on the way: PostgreSQL
 * can hold none, and a caller's record must not be refused for one.
 */
final class JsonRows {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final ArrayNode rows = JSON.createArrayNode();

    Row add() {
        return new Row(rows.addObject());
    }

    int size() {
        return rows.size();
    }

    @Override
    public String toString() {
        try {
            return JSON.writeValueAsString(rows);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values is always JSON", e);
        }
    }

    /** One row; a column that is not set is null. */
    record Row(ObjectNode node) {
        Row set(String column, @Nullable String text) {
            node.put(column, text == null ? null : storable(text));
            return this;
        }

        Row set(String column, long number) {
            node.put(column, number);
            return this;
        }

        Row set(String column, double number) {
            node.put(column, number);
            return this;
        }

        Row set(String column, boolean flag) {
            node.put(column, flag);
            return this;
        }

        Row set(String column, @Nullable Instant time) {
            node.put(column, time == null ? null : time.toString());
            return this;
        }

        Row set(String column, Collection<String> texts) {
            ArrayNode array = node.putArray(column);
            texts.forEach(text -> array.add(storable(text)));
            return this;
        }

        Row set(String column, Map<String, String> texts) {
            Row object = object(column);
            texts.forEach((key, text) -> object.set(storable(key), text));
            return this;
        }

        Row object(String column) {
            return new Row(node.putObject(column));
        }

        /** A new object at the end of the column's array. */
        Row element(String column) {
            return new Row(node.withArray(column).addObject());
        }
    }

    private static String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }
}
