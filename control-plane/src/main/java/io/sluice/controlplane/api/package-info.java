/**
 * REST, the operator's door: everything under {@code /api/v1}, and {@code /livez}, {@code /readyz},
 * {@code /metrics} beside it. The CLI and the dashboard see nothing but this.
 *
 * <p>A request passes {@link io.sluice.controlplane.api.HostGuard} (no DNS rebinding), then the
 * {@code RestOperation} that its method and path name, and becomes a {@code Reply}, rendered as
 * JSON or YAML. Each {@code XxxApi} lists its operations; router and {@code openapi.json} are both
 * made from that list. Reads of current state are answered on the event loop from memory; what may
 * block (writes, history, backup) runs on a small bounded pool of workers. Bad input becomes {@link
 * io.sluice.proto.Problem}s, all of them, in one RFC 9457 document. Nothing here outlives a request
 * but the ring of recent events and the counters.
 *
 * <p>2026-11: Vert.x stays inside this package, and its router only matches; statuses, problems and
 * negotiation are ours, since its own error pages say too little to an operator.
 */
@NullMarked
package io.sluice.controlplane.api;

import org.jspecify.annotations.NullMarked;
