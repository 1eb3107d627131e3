package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.proto.Problem;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The node's listeners. The steps of a change come from one thread at a time, the snapshot's:
 * prepare, then switch each loop and commit; or discard. The rest may be called from any thread.
 */
public final class Listeners implements AutoCloseable {
    private final EventLoops loops;

    /** No listeners yet. */
    public Listeners(
            EventLoops loops,
            ListenerOptions options,
            PerLoop<LoopMeters> meters,
            AccessLog accessLog) {
        this.loops = loops;
    }

    /**
     * Binds the sockets of new addresses. An address that does not bind fails its listener only:
     * that one is a problem, and is tried again with back-off once the change is committed.
     * Completes exceptionally only by a bug.
     */
    public CompletableFuture<ListenersChange> prepare(List<ListenerSpec> specs) {
        throw new UnsupportedOperationException("lands next" + loops);
    }

    /**
     * Serves and accepts on this loop as the change says; on the loop, in one task with the other
     * switches.
     */
    public void switchOn(Loop loop, ListenersChange change) {
        throw new UnsupportedOperationException("lands next");
    }

    /** After the last loop switched: closes what left, once nothing waits in it to be accepted. */
    public CompletableFuture<Void> commit(ListenersChange change) {
        throw new UnsupportedOperationException("lands next");
    }

    /** Closes what {@link #prepare} bound; no loop may have switched. */
    public void discard(ListenersChange change) {
        throw new UnsupportedOperationException("lands next");
    }

    /** Listeners of the committed change that do not serve, and why. */
    public List<Problem> problems() {
        throw new UnsupportedOperationException("lands next");
    }

    /**
     * Calls back, on a loop, whenever {@link #problems} or {@link #addresses} changed outside of a
     * change.
     */
    public void onProblemsChange(Runnable listener) {
        throw new UnsupportedOperationException("lands next");
    }

    /** {@code host:port} by listener name, as bound, of those that serve; empty while drained. */
    public Map<String, String> addresses() {
        throw new UnsupportedOperationException("lands next");
    }

    /** Client connections open now. */
    public int connections() {
        throw new UnsupportedOperationException("lands next");
    }

    /**
     * Tells what serves that it drains (replies carry Connection: close), after a delay stops
     * accepting, lets what is open finish, and cuts the rest. A change that comes meanwhile binds
     * nothing.
     *
     * @param delayNanos until the sockets close
     * @param timeNanos from then until the rest is cut
     * @return completes when nothing is open any more; cancelled by {@link #undrain}
     */
    public CompletableFuture<Void> drain(long delayNanos, long timeNanos) {
        throw new UnsupportedOperationException("lands next");
    }

    /** Binds and serves again; completes when that was tried for each listener. */
    public CompletableFuture<Void> undrain() {
        throw new UnsupportedOperationException("lands next");
    }

    /** Cuts every connection now, as at the end of a drain. */
    public void cut() {
        throw new UnsupportedOperationException("lands next");
    }

    /** Closes the sockets and every connection. */
    @Override
    public void close() {}
}
