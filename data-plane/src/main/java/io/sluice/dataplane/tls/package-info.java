/**
 * TLS of both sides: certificates, contexts, and what a connection does with them.
 *
 * <p>Specs are compiled with the listener or cluster that they belong to; {@code TlsContexts} makes
 * a context of each, once, off the event loops, and keeps it for as long as somebody has it. A
 * connection takes the context that its listener has when the ClientHello is complete, and keeps
 * it: a replaced certificate is used by the next handshake, and closes nothing.
 *
 * <p>2026-11-26: BoringSSL through Netty's handler and not with a handler of our own on top of the
 * library. Netty's answers a close_notify with its own, as TLS 1.2 demands, so that a TLS
 * connection has no half-closed state; in exchange one path serves BoringSSL and the JDK's
 * provider. Session tickets in place of a cache: they need no memory, and every node that has the
 * fleet's keys can resume.
 */
@NullMarked
package io.sluice.dataplane.tls;

import org.jspecify.annotations.NullMarked;
