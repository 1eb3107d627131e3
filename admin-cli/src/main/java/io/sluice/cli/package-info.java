/** The operator's hand. */
@NullMarked
package io.sluice.cli;

import org.jspecify.annotations.NullMarked;
