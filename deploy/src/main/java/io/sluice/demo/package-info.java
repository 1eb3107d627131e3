/**
 * The upstreams of the quickstart: small servers that say who they are.
 *
 * <p>Not part of the product; one process plays every upstream so that a laptop has one JVM less to
 * start.
 */
@NullMarked
package io.sluice.demo;

import org.jspecify.annotations.NullMarked;
