/** Tests of the life of a change: from sluicectl to every node, and what is refused on the way. */
@NullMarked
package io.sluice.it.apply;

import org.jspecify.annotations.NullMarked;
