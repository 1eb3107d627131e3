/**
 * Tests of sluicectl as a user meets it: the packaged program against a real control plane and real
 * nodes.
 */
@NullMarked
package io.sluice.it.cli;

import org.jspecify.annotations.NullMarked;
