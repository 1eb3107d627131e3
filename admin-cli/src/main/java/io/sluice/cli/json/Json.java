package io.sluice.cli.json;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A JSON value. Immutable. Reading a member that is not there gives {@link Absent}, and so on down,
 * so that a caller asks for {@code node.at("activation").number("active")} without checking each
 * step: an older or newer server may leave things out.
 */
public sealed interface Json {

    /** An object; members keep their order. */
    record Members(Map<String, Json> values) implements Json {
        public Members {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /** An array. */
    record Items(List<Json> values) implements Json {
        public Items {
            values = List.copyOf(values);
        }
    }

    /** A string. */
    record Text(String value) implements Json {
        @Override
        public String text() {
            return value;
        }
    }

    /** A number, as it was written. */
    record Numeral(String literal) implements Json {
        @Override
        public String text() {
            return literal;
        }
    }

    /** true or false. */
    record Bool(boolean value) implements Json {
        @Override
        public String text() {
            return Boolean.toString(value);
        }
    }

    /** null, or nothing at all. */
    record Absent() implements Json {
        private static final Json VALUE = new Absent();
    }

    /** Nothing. */
    static Json absent() {
        return Absent.VALUE;
    }

    /** A string value. */
    static Json of(String text) {
        return new Text(text);
    }

    /** A number. */
    static Json of(long number) {
        return new Numeral(Long.toString(number));
    }

    /** A truth value. */
    static Json of(boolean value) {
        return new Bool(value);
    }

    /** An array of what is given. */
    static Json array(List<? extends Json> items) {
        return new Items(new ArrayList<>(items));
    }

    /** An array of what is given. */
    static Json array(Json... items) {
        return new Items(Arrays.asList(items));
    }

    /** An object, filled by the caller in the order in which it will be written. */
    static Json object(Consumer<Map<String, Json>> fill) {
        Map<String, Json> members = new LinkedHashMap<>();
        fill.accept(members);
        return new Members(members);
    }

    /** The member of that name, or {@link Absent} where this has none. */
    default Json at(String name) {
        if (this instanceof Members(Map<String, Json> values)) {
            Json value = values.get(name);
            return value == null ? absent() : value;
        }
        return absent();
    }

    /** Items of an array; empty for anything else. */
    default List<Json> items() {
        return this instanceof Items(List<Json> values) ? values : List.of();
    }

    /** Items of the array under that name; empty where there is none. */
    default List<Json> items(String name) {
        return at(name).items();
    }

    /** Members of an object in order; empty for anything else. */
    default Map<String, Json> members() {
        return this instanceof Members(Map<String, Json> values) ? values : Map.of();
    }

    /** The scalar as a human reads it, "" for null, arrays and objects. */
    default String text() {
        return "";
    }

    /** The scalar under that name as a human reads it, "" where there is none. */
    default String text(String name) {
        return at(name).text();
    }

    /**
     * The whole number under that name, 0 where there is none; 64-bit numbers may come as strings
     * (proto3 JSON).
     */
    default long number(String name) {
        return (long) decimal(name);
    }

    /** The number under that name, 0 where there is none. */
    default double decimal(String name) {
        String text = text(name);
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }

    /** Whether the member of that name is true. */
    default boolean flag(String name) {
        return at(name) instanceof Bool(boolean value) && value;
    }

    /** Whether there is nothing here. */
    default boolean isAbsent() {
        return this instanceof Absent;
    }

    /** Whether there is such a member and it is not null. */
    default boolean has(String name) {
        return !at(name).isAbsent();
    }

    /** This object without those members; anything else unchanged. */
    default Json without(String... names) {
        if (!(this instanceof Members(Map<String, Json> values))) {
            return this;
        }
        Map<String, Json> left = new LinkedHashMap<>(values);
        for (String name : names) {
            left.remove(name);
        }
        return new Members(left);
    }
}
