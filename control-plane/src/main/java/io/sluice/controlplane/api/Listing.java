package io.sluice.controlplane.api;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.TextNode;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How things of one sort are listed: filtered, sorted, cut into pages. Immutable.
 *
 * <p>A page token holds the sort keys of the last item given, not a position: what stays is given
 * exactly once while other items come and go between two pages.
 *
 * @param <T> the sort of thing
 */
final class Listing<T> {
    static final int PAGE_SIZE_DEFAULT = 100;
    static final int PAGE_SIZE_MAX = 1_000;
    static final int TOKEN_CHARS_MAX = 4_096;

    static final Parameter PAGE_SIZE =
            Parameter.query(
                    "pageSize",
                    Parameter.Type.INTEGER,
                    "Items per page: "
                            + PAGE_SIZE_DEFAULT
                            + " unless given, at least 1, at most "
                            + PAGE_SIZE_MAX
                            + "; more counts as that.");
    static final Parameter PAGE_TOKEN =
            Parameter.query(
                    "pageToken",
                    Parameter.Type.TEXT,
                    "nextPageToken of the page before, with the same filter and orderBy.");

    private final SortedMap<String, Field<T>> fields;
    private final @Nullable Function<T, Map<String, String>> labels;
    private final String nameField;
    private final String wordField;

    /**
     * What can be filtered and sorted by.
     *
     * @param values of an item; a condition holds if it holds for one of them
     * @param sortKey ordered as text; null where sorting makes no sense
     */
    record Field<T>(
            String description,
            Function<T, Collection<String>> values,
            @Nullable Function<T, String> sortKey) {
        static <T> Field<T> text(String description, Function<T, String> value) {
            return new Field<>(description, item -> List.of(value.apply(item)), value);
        }

        static <T> Field<T> number(String description, Function<T, Long> value) {
            return new Field<>(
                    description,
                    item -> List.of(value.apply(item).toString()),
                    item -> String.format("%019d", value.apply(item)));
        }

        static <T> Field<T> many(String description, Function<T, Collection<String>> values) {
            return new Field<>(description, values, null);
        }
    }

    /** A page: its items and the token of the next one, empty on the last. */
    record Page<T>(List<T> items, String nextPageToken, int totalSize) {
        /** As {@code items, nextPageToken, totalSize}. */
        Json json(Function<T, TextNode> item) {
            return Json.object()
                    .put("items", items.stream().map(item).toList())
                    .put("nextPageToken", nextPageToken)
                    .put("totalSize", totalSize);
        }
    }

    private record Order<T>(Comparator<List<String>> comparator, List<Function<T, String>> keys) {}

    private record Keyed<T>(List<String> keys, T item) {}

    /**
     * @param nameField the field that is unique; it breaks ties
     * @param wordField where words in a filter are looked for
     * @param labels of an item; null where it has none
     */
    Listing(
            String nameField,
            String wordField,
            Map<String, Field<T>> fields,
            @Nullable Function<T, Map<String, String>> labels) {
        this.nameField = nameField;
        this.wordField = wordField;
        this.fields = new TreeMap<>(fields);
        this.labels = labels;
    }

    /** The parameters of such a list, explained. */
    List<Parameter> parameters() {
        StringBuilder filter = new StringBuilder(Filter.EXPLANATION).append(" Fields: ");
        fields.forEach(
                (name, field) ->
                        filter.append(name)
                                .append(name.equals(wordField) ? "* (" : " (")
                                .append(field.description())
                                .append("), "));
        filter.append(labels == null ? "no labels." : "labels.KEY.");
        List<String> sortable =
                fields.entrySet().stream()
                        .filter(field -> field.getValue().sortKey() != null)
                        .map(Map.Entry::getKey)
                        .toList();
        return List.of(
                PAGE_SIZE,
                PAGE_TOKEN,
                Parameter.query("filter", Parameter.Type.TEXT, filter.toString()),
                Parameter.query(
                        "orderBy",
                        Parameter.Type.TEXT,
                        "Fields separated by commas, each with an optional desc: \"updateTime desc,"
                                + " name\". Of: "
                                + String.join(", ", sortable)
                                + ". Default "
                                + nameField
                                + "."));
    }

    /**
     * The page that the call asks for; empty if its parameters were rejected.
     *
     * @param defaultOrder where the call says none; empty for the name
     */
    Optional<Page<T>> page(Collection<T> all, Call call, String defaultOrder, Problems problems) {
        String orderBy = call.text("orderBy").isBlank() ? defaultOrder : call.text("orderBy");
        Optional<Filter> filter =
                Filter.parse(
                        call.text("filter"),
                        wordField,
                        fields.keySet(),
                        labels != null,
                        problems.at("filter"));
        Optional<Order<T>> order = order(orderBy, problems.at("orderBy"));
        int size = pageSize(call, problems);
        if (problems.hasErrors() || filter.isEmpty() || order.isEmpty()) {
            return Optional.empty();
        }
        String asked = call.text("filter") + "\n" + orderBy;
        Optional<List<String>> after =
                after(
                        call.text("pageToken"),
                        asked,
                        order.get().keys().size(),
                        problems.at("pageToken"));
        if (after.isEmpty()) {
            return Optional.empty();
        }
        List<Keyed<T>> matching = new ArrayList<>();
        for (T item : all) {
            if (filter.get().matches(name -> values(item, name))) {
                matching.add(
                        new Keyed<>(
                                order.get().keys().stream().map(key -> key.apply(item)).toList(),
                                item));
            }
        }
        matching.sort((a, b) -> order.get().comparator().compare(a.keys(), b.keys()));
        return Optional.of(cut(matching, after.get(), size, order.get(), asked));
    }

    /** The page size of a call, within bounds. */
    static int pageSize(Call call, Problems problems) {
        long size = call.number("pageSize", PAGE_SIZE_DEFAULT);
        if (size < 1) {
            problems.at("pageSize").reject("OUT_OF_RANGE", "must be at least 1");
        }
        return (int) Math.min(size, PAGE_SIZE_MAX);
    }

    private Page<T> cut(
            List<Keyed<T>> matching, List<String> after, int size, Order<T> order, String asked) {
        int from = 0;
        while (!after.isEmpty()
                && from < matching.size()
                && order.comparator().compare(matching.get(from).keys(), after) <= 0) {
            from++;
        }
        int to = Math.min(matching.size(), from + size);
        List<T> items = matching.subList(from, to).stream().map(Keyed::item).toList();
        String next = to < matching.size() ? token(matching.get(to - 1).keys(), asked) : "";
        return new Page<>(items, next, matching.size());
    }

    private Collection<String> values(T item, String name) {
        Field<T> field = fields.get(name);
        if (field != null) {
            return field.values().apply(item);
        }
        if (labels == null) {
            return List.of();
        }
        String value = labels.apply(item).get(name.substring(Filter.LABELS.length()));
        return value == null ? List.of() : List.of(value);
    }

    private Optional<Order<T>> order(String text, Problems problems) {
        List<Function<T, String>> keys = new ArrayList<>();
        List<Boolean> descending = new ArrayList<>();
        String wanted = text.isBlank() ? nameField : text + "," + nameField;
        for (String part : wanted.split(",", -1)) {
            String[] words = part.strip().split("\\s+", -1);
            Field<T> field = fields.get(words[0]);
            boolean directed =
                    words.length == 1 || (words.length == 2 && words[1].matches("asc|desc"));
            if (field == null || field.sortKey() == null || !directed) {
                problems.reject(
                        "BAD_ORDER",
                        "\"" + part.strip() + "\" is not a field with an optional asc or desc",
                        io.sluice.proto.DidYouMean.hint(words[0], fields.keySet()));
                return Optional.empty();
            }
            keys.add(field.sortKey());
            descending.add(words.length == 2 && words[1].equals("desc"));
        }
        return Optional.of(new Order<>((a, b) -> compare(a, b, descending), keys));
    }

    private static int compare(List<String> a, List<String> b, List<Boolean> descending) {
        for (int i = 0; i < a.size(); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return descending.get(i) ? -order : order;
            }
        }
        return 0;
    }

    private static String token(List<String> keys, String asked) {
        StringBuilder text = new StringBuilder(Integer.toHexString(asked.hashCode()));
        keys.forEach(key -> text.append('\n').append(key));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The sort keys in a token, none for the first page; empty if it is not one of this list. */
    private static Optional<List<String>> after(
            String token, String asked, int keys, Problems problems) {
        if (token.isEmpty()) {
            return Optional.of(List.of());
        }
        List<String> parts = decode(token);
        if (parts.size() != keys + 1) {
            problems.reject("BAD_PAGE_TOKEN", "is not a page token of this list");
            return Optional.empty();
        }
        if (!parts.getFirst().equals(Integer.toHexString(asked.hashCode()))) {
            problems.reject(
                    "BAD_PAGE_TOKEN",
                    "belongs to another filter or orderBy",
                    "begin again without pageToken");
            return Optional.empty();
        }
        return Optional.of(parts.subList(1, parts.size()));
    }

    private static List<String> decode(String token) {
        if (token.length() > TOKEN_CHARS_MAX) {
            return List.of();
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            return List.of(text.split("\n", -1));
        } catch (IllegalArgumentException e) {
            return List.of(); // not base64: not one of our tokens
        }
    }
}
