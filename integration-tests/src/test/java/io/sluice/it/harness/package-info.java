/**
 * What the integration tests stand on: the packaged programs as real processes, upstreams and
 * clients on real sockets.
 *
 * <p>Every port is 0 and told by a ready file; every wait is for a condition, with a deadline that
 * only a failure reaches. What a test starts it owns and closes; logs lie in the test's temporary
 * directory and are shown when a process does not do what it should.
 */
@NullMarked
package io.sluice.it.harness;

import org.jspecify.annotations.NullMarked;
