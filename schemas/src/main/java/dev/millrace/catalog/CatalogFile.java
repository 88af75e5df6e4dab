package dev.millrace.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads a catalog file: YAML to a tree, each entry by its shape, then what entries say about each
 * other. Everything that is wrong is found in one go.
 */
public final class CatalogFile {
    private static final int MAX_BYTES = 1024 * 1024;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private CatalogFile() {}

    /** The sections of a file before anything is concluded from them. */
    record Sections(
            List<Fields> tenants, List<Fields> lanes, List<Fields> routes, List<Fields> prices) {}

    /** Reads at most 1 MiB of UTF-8; a file that cannot be read is a problem like any other. */
    public static CatalogReading read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            return unreadable(file, "there is no such file");
        } catch (IOException e) {
            return unreadable(file, "cannot be read: " + e.getClass().getSimpleName());
        }
        if (bytes.length > MAX_BYTES) {
            return unreadable(file, "is larger than the limit of %d bytes".formatted(MAX_BYTES));
        }
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        try {
            String yaml = StandardCharsets.UTF_8.newDecoder().decode(rest).toString();
            return read(file.toString(), yaml);
        } catch (CharacterCodingException e) {
            // the decoder stops at the first byte that is wrong
            int line = lineAt(bytes, rest.position());
            String path = LinePath.of(new String(bytes, StandardCharsets.ISO_8859_1), line);
            return invalid(new Problem(file.toString(), line, path, "is not UTF-8 text"));
        }
    }

    /**
     * Reads text that is there already.
     *
     * @param name what to call the file in problems
     */
    public static CatalogReading read(String name, String yaml) {
        Problems problems = new Problems(name);
        String text = yaml.startsWith(BYTE_ORDER_MARK) ? yaml.substring(1) : yaml;
        Optional<CatalogReading> valid =
                YamlDocument.compose(text, problems)
                        .flatMap(root -> Fields.of(root, problems, true))
                        .map(CatalogFile::readSections);
        return problems.count() == 0 && valid.isPresent()
                ? valid.get()
                : new CatalogReading.Invalid(problems.list());
    }

    /** The reading if nothing is reported as wrong. */
    private static CatalogReading readSections(Fields root) {
        Sections sections =
                new Sections(
                        root.objects("tenants"),
                        required(root, "lanes"),
                        required(root, "routes"),
                        required(root, "prices"));
        Map<String, Place> places = new HashMap<>();
        for (String section : root.names()) {
            places.put(section, root.place(section));
        }
        List<Tenant> tenants = new ArrayList<>();
        List<Lane> lanes = new ArrayList<>();
        List<Route> routes = new ArrayList<>();
        List<Price> prices = new ArrayList<>();
        for (Fields fields : sections.tenants()) {
            TenantShape.read(fields).ifPresent(item -> keep(item, fields, tenants, places));
        }
        for (Fields fields : sections.lanes()) {
            LaneShape.read(fields).ifPresent(item -> keep(item, fields, lanes, places));
        }
        for (Fields fields : sections.routes()) {
            RouteShape.read(fields, OptionalInt.of(routes.size()))
                    .ifPresent(item -> keep(item, fields, routes, places));
        }
        for (Fields fields : sections.prices()) {
            PriceShape.read(fields).ifPresent(item -> keep(item, fields, prices, places));
        }
        new CrossChecks(sections).run();
        root.finish();
        Catalog catalog = new Catalog(0, tenants, lanes, routes, prices);
        return new CatalogReading.Valid(catalog, CatalogEntries.of(catalog), places);
    }

    private static <T extends CatalogItem> void keep(
            T item, Fields fields, List<T> items, Map<String, Place> places) {
        items.add(item);
        places.put(item.key(), fields.place());
    }

    private static List<Fields> required(Fields root, String section) {
        List<Fields> entries = root.required(section) ? root.objects(section) : List.of();
        if (root.isEmptyList(section)) {
            root.reject(section, "needs at least one entry");
        }
        return entries;
    }

    private static CatalogReading unreadable(Path file, String message) {
        return invalid(new Problem(file.toString(), 1, Problems.DOCUMENT, message));
    }

    private static CatalogReading invalid(Problem problem) {
        return new CatalogReading.Invalid(List.of(problem));
    }

    private static int lineAt(byte[] bytes, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }
}
