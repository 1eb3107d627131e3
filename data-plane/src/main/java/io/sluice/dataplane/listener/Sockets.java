package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The sockets that are bound, and the ones that should be: those are tried again with back-off. Of
 * the control loop; operations that wait for binds run one after the other.
 */
final class Sockets {
    private static final long RETRY_MIN_NANOS = 1_000_000_000L;
    private static final long RETRY_MAX_NANOS = 30_000_000_000L;

    private final EventLoops loops;
    private final Loop control;
    private final Shortage shortage;
    private final Runnable onRebound;
    private final Timer retry;
    private final Map<SocketKey, BoundSocket> bound = new HashMap<>();

    // Nobody's any more, but still open for the sessions there are.
    private final Map<SocketKey, BoundSocket> lingering = new HashMap<>();
    private List<Binding> wanted = List.of();
    private CompletableFuture<?> turn = CompletableFuture.completedFuture(null);
    private long retryNanos = RETRY_MIN_NANOS;

    /**
     * @param onRebound told after bindings that had failed were tried again
     */
    Sockets(EventLoops loops, Loop control, Shortage shortage, Runnable onRebound) {
        this.shortage = shortage;
        this.loops = loops;
        this.control = control;
        this.onRebound = onRebound;
        this.retry = control.newTimer(this::retry);
    }

    /** Runs an operation on the control loop once the ones before are over; any thread. */
    <T> CompletableFuture<T> inTurn(Supplier<CompletableFuture<T>> operation) {
        var result = new CompletableFuture<T>();
        control.execute(
                () -> {
                    CompletableFuture<T> done =
                            turn.handleAsync((value, failure) -> 0, control::execute)
                                    .thenCompose(ready -> operation.get());
                    turn = done;
                    var _ =
                            done.whenComplete(
                                    (value, failure) -> {
                                        if (failure != null) {
                                            result.completeExceptionally(failure);
                                        } else {
                                            result.complete(value);
                                        }
                                    });
                });
        return result;
    }

    /**
     * Gives each binding the socket it needs: one that is bound already, or a new one.
     *
     * @return completes on the control loop with the new ones, when all were tried
     */
    CompletableFuture<List<BoundSocket>> bind(List<Binding> bindings) {
        Map<SocketKey, Binding> claimed = new HashMap<>();
        for (Binding binding : bindings) {
            if (binding.key != null && binding.socket != null) {
                claimed.put(binding.key, binding);
            }
        }
        List<BoundSocket> fresh = new ArrayList<>();
        List<CompletableFuture<?>> tried = new ArrayList<>();
        for (Binding binding : bindings) {
            SocketKey key = binding.key;
            if (key == null || binding.socket != null) {
                continue;
            }
            Binding other = claimed.putIfAbsent(key, binding);
            if (other != null) {
                binding.problem = BindProblems.taken(binding.spec.name(), key, other.spec.name());
                continue;
            }
            BoundSocket known = known(key);
            if (known != null && known.suits(binding.spec.socket())) {
                binding.socket = known;
                binding.problem = null;
                continue;
            }
            InetSocketAddress address =
                    known == null
                            ? key.socketAddress()
                            : key.socketAddress(known.boundAddress().port());
            boolean probe = !overlapsOwn(key, claimed.keySet());
            tried.add(
                    BoundSocket.bind(key, address, binding.spec.socket(), loops, shortage, probe)
                            .handleAsync(
                                    (socket, failure) ->
                                            tried(binding, key, socket, failure, fresh),
                                    control::execute));
        }
        return CompletableFuture.allOf(tried.toArray(CompletableFuture[]::new))
                .thenApply(done -> fresh);
    }

    private @Nullable BoundSocket known(SocketKey key) {
        lingering.values().removeIf(BoundSocket::closed);
        BoundSocket known = bound.get(key);
        if (known != null) {
            return known;
        }
        BoundSocket left = lingering.get(key);
        return left != null && left.keepOpen() ? left : null;
    }

    private static boolean tried(
            Binding binding,
            SocketKey key,
            @Nullable BoundSocket socket,
            @Nullable Throwable failure,
            List<BoundSocket> fresh) {
        if (socket == null) {
            binding.problem =
                    BindProblems.failed(
                            binding.spec.name(),
                            key,
                            failure == null ? new IllegalStateException("no socket") : failure);
            return false;
        }
        binding.socket = socket;
        binding.problem = null;
        return fresh.add(socket);
    }

    // A socket of our own would fail the probe, but not the bind with SO_REUSEPORT.
    private boolean overlapsOwn(SocketKey key, Set<SocketKey> claimed) {
        for (BoundSocket own : bound.values()) {
            if (key.overlaps(own.key().kind(), own.boundAddress())) {
                return true;
            }
        }
        for (BoundSocket own : lingering.values()) {
            if (key.overlaps(own.key().kind(), own.boundAddress())) {
                return true;
            }
        }
        for (SocketKey own : claimed) {
            if (!own.equals(key) && key.overlaps(own.kind(), own.address())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Gives bindings without a socket the one that is bound already.
     *
     * @return those that got one
     */
    List<Binding> adopt(List<Binding> bindings) {
        Set<SocketKey> claimed = new HashSet<>();
        for (Binding binding : bindings) {
            if (binding.key != null && binding.socket != null) {
                claimed.add(binding.key);
            }
        }
        List<Binding> adopted = new ArrayList<>();
        for (Binding binding : bindings) {
            SocketKey key = binding.key;
            BoundSocket known = key == null ? null : bound.get(key);
            if (known == null || binding.socket != null) {
                continue;
            }
            if (claimed.add(key)) {
                binding.socket = known;
                if (known.suits(binding.spec.socket())) {
                    binding.problem = null;
                }
                adopted.add(binding);
            }
        }
        return adopted;
    }

    /**
     * These bindings and their sockets are the ones.
     *
     * @param retryMissing whether what they lack is tried again from now on
     * @return completes when the sockets that nobody has any more are closed
     */
    CompletableFuture<Void> keep(List<Binding> bindings, boolean retryMissing) {
        wanted = retryMissing ? bindings : List.of();
        Set<SocketKey> used = new HashSet<>();
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (Binding binding : bindings) {
            BoundSocket socket = binding.socket;
            if (socket == null) {
                continue;
            }
            used.add(socket.key());
            lingering.remove(socket.key());
            BoundSocket other = bound.put(socket.key(), socket);
            if (other != null && other != socket) {
                // A retry was faster than the change that brought its own.
                closing.add(other.closeWhenEmpty());
            }
        }
        Iterator<Map.Entry<SocketKey, BoundSocket>> each = bound.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<SocketKey, BoundSocket> entry = each.next();
            if (!used.contains(entry.getKey())) {
                lingering.put(entry.getKey(), entry.getValue());
                each.remove();
            }
        }
        lingering.values().forEach(socket -> closing.add(socket.closeWhenEmpty()));
        lingering.values().removeIf(BoundSocket::closed);
        retryNanos = RETRY_MIN_NANOS;
        CompletableFuture<Void> closed =
                CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new));
        if (closing.isEmpty()) {
            retryLater();
            return closed;
        }
        // What failed may have waited for just these.
        return closed.thenRunAsync(this::retry, control::execute);
    }

    private void retryLater() {
        retry.disarm();
        if (wanted.stream().anyMatch(Binding::unbound)) {
            retry.arm(retryNanos);
            retryNanos = Math.min(2 * retryNanos, RETRY_MAX_NANOS);
        }
    }

    private void retry() {
        if (wanted.stream().anyMatch(Binding::unbound)) {
            var _ = inTurn(() -> rebind(wanted));
        }
    }

    /** Tries what is unbound; completes when that was done, however it went. */
    CompletableFuture<Void> rebind(List<Binding> bindings) {
        wanted = bindings;
        List<Binding> missing = bindings.stream().filter(Binding::unbound).toList();
        return bind(bindings)
                .thenAcceptAsync(
                        fresh -> {
                            fresh.forEach(socket -> bound.put(socket.key(), socket));
                            missing.forEach(this::serve);
                            retryLater();
                            onRebound.run();
                        },
                        control::execute);
    }

    /** Lets each loop give the socket's connections to the binding's listener. */
    void serve(Binding binding) {
        BoundSocket socket = binding.socket;
        if (socket == null) {
            return;
        }
        for (Loop loop : loops.all()) {
            loop.execute(() -> socket.serve(loop, binding.listener.on(loop)));
        }
    }

    void closeAll() {
        wanted = List.of();
        retry.cancel();
        bound.values().forEach(BoundSocket::close);
        bound.clear();
        lingering.values().forEach(BoundSocket::close);
        lingering.clear();
    }
}
