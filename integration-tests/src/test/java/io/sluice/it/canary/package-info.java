/** Tests of weights pushed from one place and followed by every node. */
@NullMarked
package io.sluice.it.canary;

import org.jspecify.annotations.NullMarked;
