package io.sluice.controlplane.discovery;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.sluice.controlplane.fleet.NodeAnswer;
import io.sluice.controlplane.fleet.NodeQuestion;
import io.sluice.controlplane.fleet.NodeQuestions;
import io.sluice.proto.discovery.v1.AnswerRequest;
import io.sluice.proto.discovery.v1.AnswerResponse;
import io.sluice.proto.discovery.v1.Ask;
import io.sluice.proto.discovery.v1.SyncResponse;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks nodes over their Sync streams and takes their Answer streams. Questions without an answer
 * are bounded by those who wait for one. Any thread.
 */
final class AnswerService
        implements ServerCallHandler<AnswerRequest, AnswerResponse>, NodeQuestions {
    static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(5);

    private final SyncService sync;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();

    /** Who is asked, and where the answer goes. */
    private record Waiting(String node, CompletableFuture<NodeAnswer> answer) {}

    AnswerService(SyncService sync) {
        this.sync = sync;
    }

    @Override
    public List<NodeAnswer> ask(List<String> nodes, NodeQuestion question) {
        Map<Long, Waiting> asked = new LinkedHashMap<>();
        for (String node : nodes) {
            long id = lastId.incrementAndGet();
            Waiting each = new Waiting(node, new CompletableFuture<>());
            waiting.put(id, each);
            Ask ask = FlowMessages.ask(id, question);
            if (sync.ask(node, SyncResponse.newBuilder().setAsk(ask).build())) {
                asked.put(id, each);
            } else {
                waiting.remove(id);
            }
        }
        try {
            return await(asked.values());
        } finally {
            asked.keySet().forEach(waiting::remove);
        }
    }

    private static List<NodeAnswer> await(Iterable<Waiting> asked) {
        long deadlineNanos = System.nanoTime() + ANSWER_TIME_MAX.toNanos();
        List<NodeAnswer> answers = new ArrayList<>();
        for (Waiting each : asked) {
            long left = Math.max(0, deadlineNanos - System.nanoTime());
            // Empty for a node that stays silent; who is missing is told by those that are there.
            each.answer()
                    .thenApply(Optional::of)
                    .completeOnTimeout(Optional.empty(), left, TimeUnit.NANOSECONDS)
                    .join()
                    .ifPresent(answers::add);
        }
        return answers;
    }

    @Override
    public ServerCall.Listener<AnswerRequest> startCall(
            ServerCall<AnswerRequest, AnswerResponse> call, Metadata headers) {
        call.sendHeaders(new Metadata());
        call.request(1);
        return new AnswerStream(call);
    }

    /** The parts of one answer. Called on the stream's event loop. */
    private final class AnswerStream extends ServerCall.Listener<AnswerRequest> {
        private final ServerCall<AnswerRequest, AnswerResponse> call;
        private @Nullable FlowMessages parts;
        private @Nullable Waiting waiter;
        private boolean closed;

        AnswerStream(ServerCall<AnswerRequest, AnswerResponse> call) {
            this.call = call;
        }

        @Override
        public void onMessage(AnswerRequest part) {
            if (closed) {
                return;
            }
            Waiting found = waiting.get(part.getAskId());
            if (found == null || !found.node().equals(part.getNode())) {
                close(Status.NOT_FOUND.withDescription("nobody waits for this answer"));
                return;
            }
            FlowMessages known = parts == null ? new FlowMessages(found.node()) : parts;
            parts = known;
            waiter = found;
            if (!known.add(part)) {
                close(Status.RESOURCE_EXHAUSTED.withDescription("that is more than was asked for"));
                return;
            }
            call.request(1);
        }

        @Override
        public void onHalfClose() {
            if (closed) {
                return;
            }
            if (waiter != null && parts != null) {
                waiter.answer().complete(parts.answer());
            }
            call.sendMessage(AnswerResponse.getDefaultInstance());
            close(Status.OK);
        }

        private void close(Status status) {
            closed = true;
            call.close(status, new Metadata());
        }
    }
}
