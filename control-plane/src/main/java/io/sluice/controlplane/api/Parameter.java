package io.sluice.controlplane.api;

/**
 * A parameter of an operation, as clients and {@code openapi.json} know it. Immutable.
 *
 * @param name as it is written
 * @param place where it is written
 * @param type what its text must be
 * @param description for the document
 */
record Parameter(String name, Place place, Type type, String description) {
    enum Place {
        PATH,
        QUERY,
        HEADER
    }

    enum Type {
        TEXT,
        INTEGER,
        BOOLEAN,
        DURATION
    }

    static Parameter path(String name, String description) {
        return new Parameter(name, Place.PATH, Type.TEXT, description);
    }

    static Parameter query(String name, Type type, String description) {
        return new Parameter(name, Place.QUERY, type, description);
    }

    static Parameter header(String name, String description) {
        return new Parameter(name, Place.HEADER, Type.TEXT, description);
    }
}
