/** Tests of HTTP through a packaged node, in raw bytes where the protocol is the point. */
@NullMarked
package io.sluice.it.l7;

import org.jspecify.annotations.NullMarked;
