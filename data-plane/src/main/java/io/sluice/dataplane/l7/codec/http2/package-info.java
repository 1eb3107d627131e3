/**
 * HTTP/2 on the wire (RFC 9113, RFC 7541): {@link io.sluice.dataplane.l7.codec.http2.FrameReader}
 * and {@link io.sluice.dataplane.l7.codec.http2.FrameWriter}, {@link
 * io.sluice.dataplane.l7.codec.http2.HpackDecoder} and {@link
 * io.sluice.dataplane.l7.codec.http2.HpackEncoder}, windows, settings, and the guard against
 * floods.
 *
 * <p>The request flow passes twice: frames become heads and bodies that look as if HTTP/1.1 had
 * brought them, and heads and bodies become frames. A field block is decoded straight into lines of
 * HTTP/1.1, in the array that the head refers to, so that passing it on copies ranges. What HTTP/2
 * allows and HTTP/1.1 does not (line breaks, upper case, connection fields) is refused here.
 *
 * <p>Nothing here knows channels or streams above; everything runs on the event loop of its
 * connection, makes no objects per frame, and holds no more than {@link
 * io.sluice.dataplane.l7.codec.http2.Http2Limits} allow.
 *
 * <p>Decided 2026-11: no Netty HTTP/2 codec; it costs 3 to 5 us of CPU per request where this costs
 * less than one.
 */
@NullMarked
package io.sluice.dataplane.l7.codec.http2;

import org.jspecify.annotations.NullMarked;
