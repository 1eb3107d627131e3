/**
 * The operator's end of the REST API: which control plane to speak to, and speaking to it.
 *
 * <p>A command asks {@link io.sluice.cli.client.RestClient} for one thing and gets a {@link
 * io.sluice.cli.json.Json} tree, or a {@link io.sluice.cli.client.RestException} that says what
 * kind of failure it was; the command decides what that means for the user. HttpURLConnection on
 * purpose (2026-11): java.net.http would treble the time of a {@code sluicectl get}.
 *
 * <p>Thread: the one that runs the command. Nothing outlives it.
 */
@NullMarked
package io.sluice.cli.client;

import org.jspecify.annotations.NullMarked;
