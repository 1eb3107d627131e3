/**
 * Connections to endpoints: made, lent to one user at a time, kept while idle.
 *
 * <p>A stream or an L4 connection asks the pool of its own loop and the picked endpoint, and gives
 * the connection back or discards it. The pool knows no HTTP: what may be reused is the user's
 * decision. Pools outlive snapshots for as long as their endpoint stays in its cluster; what is
 * lent when the endpoint goes away finishes and then closes.
 */
@NullMarked
package io.sluice.dataplane.cluster.pool;

import org.jspecify.annotations.NullMarked;
