/** Tests of TCP through a packaged node. */
@NullMarked
package io.sluice.it.l4;

import org.jspecify.annotations.NullMarked;
