/**
 * HTTP/1.1 on the wire: {@link io.sluice.dataplane.l7.codec.RequestParser}, {@link
 * io.sluice.dataplane.l7.codec.ResponseParser}, {@link io.sluice.dataplane.l7.codec.BodyDecoder}
 * and {@link io.sluice.dataplane.l7.codec.Http1Encoder}.
 *
 * <p>Bytes become a head here, and a head bytes again; bodies pass as they arrive and are only
 * counted. Parsing is strict (RFC 9110, RFC 9112): what two readers could understand differently is
 * refused, never repaired, since that is what request smuggling lives on. Fields that concern one
 * connection only (Connection, Transfer-Encoding, Upgrade ...) end here: the parser turns them into
 * properties of the head and the encoder writes those of the next connection.
 *
 * <p>Everything runs on the event loop of the connection. Parsers and encoder keep nothing between
 * messages and are shared by the connections of a loop; a decoder belongs to one direction of one.
 *
 * <p>Decided 2026-11: no Netty HTTP codec on this path; it makes an object of every field and costs
 * what the whole of nginx costs.
 */
@NullMarked
package io.sluice.dataplane.l7.codec;

import org.jspecify.annotations.NullMarked;
