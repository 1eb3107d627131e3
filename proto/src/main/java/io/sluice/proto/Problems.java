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
 * not grow the answer without bound.
 */
public final class Problems {
    private final List<Problem> errors;
    private final List<Problem> warnings;
    private final Sources sources;
    private final @Nullable ResourceKey resource;
    private final String path;
    private final @Nullable Source source;

    private Problems(
            List<Problem> errors,
            List<Problem> warnings,
            Sources sources,
            @Nullable ResourceKey resource,
            String path,
            @Nullable Source source) {
        this.errors = errors;
        this.warnings = warnings;
        this.sources = sources;
        this.resource = resource;
        this.path = path;
        this.source = source;
    }

    /** An empty collector. */
    public static Problems collect() {
        return new Problems(new ArrayList<>(), new ArrayList<>(), new Sources(), null, "", null);
    }

    /** What follows is about this resource, as a whole. */
    public Problems in(ResourceKey key) {
        return new Problems(errors, warnings, sources, key, "", null);
    }

    /** What follows is about a field of what this is about. */
    public Problems at(String field) {
        return appended(path.isEmpty() ? field : "." + field);
    }

    /** What follows is about one element of a list field. */
    public Problems at(String field, int index) {
        return at(field).item(index);
    }

    /** What follows is about one element of the list that this is about. */
    public Problems item(int index) {
        return appended("[" + index + "]");
    }

    /** What follows is about one entry of the map that this is about. */
    public Problems key(String key) {
        return appended("[\"" + key.replace("\"", "\\\"") + "\"]");
    }

    /** What follows stands at this place of a text. */
    public Problems from(@Nullable Source place) {
        return new Problems(errors, warnings, sources, resource, path, place);
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
        return path;
    }

    private Problems appended(String step) {
        return new Problems(errors, warnings, sources, resource, path + step, null);
    }

    private Problem problem(String code, String message, String hint) {
        return sources.locate(new Problem(resource, path, code, message, hint, source));
    }
}
