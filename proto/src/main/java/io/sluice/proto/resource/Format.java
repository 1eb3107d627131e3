package io.sluice.proto.resource;

/** The text forms of resources. JSON may also be read as YAML, with poorer messages. */
public enum Format {
    JSON,
    YAML
}
