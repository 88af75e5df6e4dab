package dev.millrace.catalog;

/**
 * What is wrong with a catalog, and where. Never holds a secret.
 *
 * @param file the file as the user named it
 * @param line from 1
 * @param path the field, as in {@code lanes[1].engine.file}; lists count from 0
 */
public record Problem(String file, int line, String path, String message) {
    @Override
    public String toString() {
        return file + ":" + line + ": " + path + ": " + message;
    }
}
