package io.sluice.proto;

import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Collects problems, and knows the path of what is being looked at. Children share their root's
 * lists; one thread.
 *
 * <p>At most {@link Limits#PROBLEMS_MAX} errors, and as many warnings, are kept: hostile input must
 * not grow the answer without bound. Nearly all of what is looked at is right: a path becomes text
 * only where a problem is.
 */
public final class Problems {
    private static final int FIELD = -1;
    private static final int KEY = -2;

    private final List<Problem> errors;
    private final List<Problem> warnings;
    private final Sources sources;
    private final @Nullable ResourceKey resource;
    private final @Nullable Source source;

    /** What this is within; null at the top of a resource. */
    private final @Nullable Problems above;

    /** Of the field or key that leads here; empty at the top, and for an element of a list. */
    private final String name;

    /** Of the element of a list, or which sort of name it is. */
    private final int index;

    private Problems(
            Problems from,
            @Nullable ResourceKey resource,
            @Nullable Source source,
            @Nullable Problems above,
            String name,
            int index) {
        this.errors = from.errors;
        this.warnings = from.warnings;
        this.sources = from.sources;
        this.resource = resource;
        this.source = source;
        this.above = above;
        this.name = name;
        this.index = index;
    }

    private Problems() {
        this.errors = new ArrayList<>();
        this.warnings = new ArrayList<>();
        this.sources = new Sources();
        this.resource = null;
        this.source = null;
        this.above = null;
        this.name = "";
        this.index = FIELD;
    }

    /** An empty collector. */
    public static Problems collect() {
        return new Problems();
    }

    /** What follows is about this resource, as a whole. */
    public Problems in(ResourceKey key) {
        return new Problems(this, key, null, null, "", FIELD);
    }

    /** What follows is about a field of what this is about. */
    public Problems at(String field) {
        return within(field, FIELD);
    }

    /** What follows is about one element of a list field. */
    public Problems at(String field, int index) {
        return at(field).item(index);
    }

    /** What follows is about one element of the list that this is about. */
    public Problems item(int index) {
        return within("", index);
    }

    /** What follows is about one entry of the map that this is about. */
    public Problems key(String key) {
        return within(key, KEY);
    }

    /** What follows stands at this place of a text. */
    public Problems from(@Nullable Source place) {
        return new Problems(this, resource, place, above, name, index);
    }

    /** Adds an error here. */
    public void reject(String code, String message) {
        reject(code, message, "");
    }

    /** Adds an error here, and what would be right. */
    public void reject(String code, String message, String hint) {
        add(problem(code, message, hint));
    }

    /** Adds a warning here. */
    public void warn(String code, String message) {
        warn(code, message, "");
    }

    /** Adds a warning here, and what would be better. */
    public void warn(String code, String message, String hint) {
        if (warnings.size() < Limits.PROBLEMS_MAX) {
            warnings.add(problem(code, message, hint));
        }
    }

    /** Adds an error made elsewhere. */
    public void add(Problem error) {
        if (errors.size() < Limits.PROBLEMS_MAX) {
            errors.add(sources.locate(error));
        }
    }

    /** Adds a warning made elsewhere. */
    public void addWarning(Problem warning) {
        if (warnings.size() < Limits.PROBLEMS_MAX) {
            warnings.add(sources.locate(warning));
        }
    }

    /** The errors so far, in the order found; a view. */
    public List<Problem> errors() {
        return Collections.unmodifiableList(errors);
    }

    /** The warnings so far, in the order found; a view. */
    public List<Problem> warnings() {
        return Collections.unmodifiableList(warnings);
    }

    /** Whether anything was rejected so far. */
    public boolean hasErrors() {
        return !errors.isEmpty();
    }

    /** Where the resources seen so far stand in their texts. */
    public Sources sources() {
        return sources;
    }

    /** The path of what this is about; empty at the top. */
    public String path() {
        StringBuilder path = new StringBuilder();
        appendTo(path);
        return path.toString();
    }

    private Problems within(String stepName, int stepIndex) {
        return new Problems(this, resource, null, this, stepName, stepIndex);
    }

    private void appendTo(StringBuilder path) {
        if (above != null) {
            above.appendTo(path);
        }
        if (index >= 0) {
            path.append('[').append(index).append(']');
        } else if (index == KEY) {
            path.append("[\"").append(name.replace("\"", "\\\"")).append("\"]");
        } else {
            path.append(path.isEmpty() || name.isEmpty() ? "" : ".").append(name);
        }
    }

    private Problem problem(String code, String message, String hint) {
        return sources.locate(new Problem(resource, path(), code, message, hint, source));
    }
}
