/** Tests of the quickstart, run from the packed archive as a newcomer runs it. */
@NullMarked
package io.sluice.it.quickstart;

import org.jspecify.annotations.NullMarked;
