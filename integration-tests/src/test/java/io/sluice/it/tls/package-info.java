/** TLS as clients and upstreams see it. */
@NullMarked
package io.sluice.it.tls;

import org.jspecify.annotations.NullMarked;
