/** Tests of what must never be lost: killed processes, corrupt files, full stops and returns. */
@NullMarked
package io.sluice.it.survive;

import org.jspecify.annotations.NullMarked;
