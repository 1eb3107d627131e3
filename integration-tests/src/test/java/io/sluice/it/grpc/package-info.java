/** gRPC through the packaged programs, with the clients and servers that others wrote. */
@NullMarked
package io.sluice.it.grpc;

import org.jspecify.annotations.NullMarked;
