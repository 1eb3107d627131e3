package io.sluice.cli.client;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the control plane is and how it is spoken to.
 *
 * @param server http or https, without a path that matters
 * @param token bearer token, or null
 * @param ca PEM file of the authorities to trust instead of the JDK's, or null
 * @param author what this client claims about who it is; "" claims nothing
 * @param connectTimeout until there is a connection
 * @param readTimeout between two reads of an answer
 */
public record ServerOptions(
        URI server,
        @Nullable String token,
        @Nullable Path ca,
        String author,
        Duration connectTimeout,
        Duration readTimeout) {}
