package io.sluice.dataplane.discovery;

import io.grpc.stub.StreamObserver;
import io.sluice.dataplane.listener.Listeners;
import io.sluice.dataplane.listener.Offender;
import io.sluice.dataplane.telemetry.Flow;
import io.sluice.dataplane.telemetry.FlowPage;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.proto.Cidr;
import io.sluice.proto.discovery.v1.AnswerRequest;
import io.sluice.proto.discovery.v1.AnswerResponse;
import io.sluice.proto.discovery.v1.Ask;
import io.sluice.proto.discovery.v1.DiscoveryServiceGrpc.DiscoveryServiceStub;
import io.sluice.proto.discovery.v1.FlowFilter;
import io.sluice.proto.discovery.v1.FlowOrder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Answers what the control plane asks about the node's present, over a stream of its own for each
 * question. What is asked for is bounded here again: a control plane may be of another version.
 */
final class Answerer {
    private static final Logger LOG = LoggerFactory.getLogger(Answerer.class);
    private static final int ROWS_MAX = 10_000;
    private static final int ROWS_PER_PART = 500;

    private final NodeIdentity identity;
    private final Listeners listeners;

    Answerer(NodeIdentity identity, Listeners listeners) {
        this.identity = identity;
        this.listeners = listeners;
    }

    void answer(Ask ask, DiscoveryServiceStub service) {
        CompletableFuture<AnswerRequest.Builder> answer =
                switch (ask.getQuestionCase()) {
                    case FLOWS ->
                            listeners
                                    .flows(
                                            query(
                                                    ask.getFlows().getFilter(),
                                                    ask.getFlows().getOrder(),
                                                    ask.getFlows().getRowsMax()))
                                    .thenApply(Answerer::flows);
                    case CUT ->
                            listeners
                                    .cutFlows(
                                            query(
                                                    ask.getCut().getFilter(),
                                                    FlowOrder.FLOW_ORDER_OLDEST,
                                                    ask.getCut().getFlowsMax()))
                                    .thenApply(
                                            cut ->
                                                    AnswerRequest.newBuilder()
                                                            .setMatched(cut.matched())
                                                            .setCut(cut.cut()));
                    case OFFENDERS ->
                            listeners
                                    .offenders(bounded(ask.getOffenders().getRowsMax()))
                                    .thenApply(Answerer::offenders);
                    case QUESTION_NOT_SET -> CompletableFuture.completedFuture(null);
                };
        var _ =
                answer.whenComplete(
                        (whole, failure) -> {
                            if (failure != null) {
                                LOG.error("event=answer-failed", failure);
                            } else if (whole != null) {
                                send(ask.getAskId(), whole, service);
                            }
                        });
    }

    private static int bounded(int rows) {
        return rows < 0 || rows > ROWS_MAX ? ROWS_MAX : rows;
    }

    private static FlowQuery query(FlowFilter filter, FlowOrder order, int rowsMax) {
        return new FlowQuery(
                filter.getListener(),
                filter.getCluster(),
                Cidr.parse(filter.getClient()).orElse(null),
                filter.getUpstream(),
                filter.getId(),
                filter.getDraining(),
                switch (order) {
                    case FLOW_ORDER_UNSPECIFIED, FLOW_ORDER_OLDEST, UNRECOGNIZED ->
                            FlowQuery.Order.OLDEST;
                    case FLOW_ORDER_NEWEST -> FlowQuery.Order.NEWEST;
                    case FLOW_ORDER_BYTES_IN -> FlowQuery.Order.BYTES_IN;
                    case FLOW_ORDER_BYTES_OUT -> FlowQuery.Order.BYTES_OUT;
                    case FLOW_ORDER_BYTES -> FlowQuery.Order.BYTES;
                },
                bounded(rowsMax));
    }

    private static AnswerRequest.Builder flows(FlowPage page) {
        AnswerRequest.Builder answer =
                AnswerRequest.newBuilder().setOpen(page.open()).setMatched(page.matched());
        page.flows().forEach(flow -> answer.addFlows(message(flow)));
        return answer;
    }

    private static io.sluice.proto.discovery.v1.Flow message(Flow flow) {
        return io.sluice.proto.discovery.v1.Flow.newBuilder()
                .setId(flow.id())
                .setProtocol(flow.protocol())
                .setClient(flow.client())
                .setListener(flow.listener())
                .setRule(flow.rule())
                .setCluster(flow.cluster())
                .setUpstream(flow.upstream())
                .setAgeMillis(flow.ageMillis())
                .setBytesIn(flow.bytesIn())
                .setBytesOut(flow.bytesOut())
                .setRttMicros(flow.clientPath().rttMicros())
                .setRetransmits(flow.clientPath().retransmits())
                .setUpstreamRttMicros(flow.upstreamPath().rttMicros())
                .setUpstreamRetransmits(flow.upstreamPath().retransmits())
                .setRequests(flow.requests())
                .setCutInMillis(flow.cutInMillis())
                .build();
    }

    private static AnswerRequest.Builder offenders(List<Offender> offenders) {
        AnswerRequest.Builder answer = AnswerRequest.newBuilder();
        for (Offender each : offenders) {
            answer.addOffenders(
                    io.sluice.proto.discovery.v1.Offender.newBuilder()
                            .setListener(each.listener())
                            .setNetwork(each.network())
                            .setRefused(each.refused())
                            .setOpen(each.open()));
        }
        return answer;
    }

    private void send(long askId, AnswerRequest.Builder whole, DiscoveryServiceStub service) {
        StreamObserver<AnswerRequest> parts = service.answer(new Ignored());
        List<io.sluice.proto.discovery.v1.Flow> flows = List.copyOf(whole.getFlowsList());
        whole.clearFlows().setNode(identity.name()).setBootId(identity.bootId()).setAskId(askId);
        for (int from = 0; from == 0 || from < flows.size(); from += ROWS_PER_PART) {
            int to = Math.min(flows.size(), from + ROWS_PER_PART);
            parts.onNext(whole.clone().addAllFlows(flows.subList(from, to)).build());
            whole.clearOffenders();
        }
        parts.onCompleted();
    }

    /** Whether anyone still wanted it is the control plane's matter. */
    private static final class Ignored implements StreamObserver<AnswerResponse> {
        @Override
        public void onNext(AnswerResponse response) {}

        @Override
        public void onError(Throwable failure) {
            LOG.debug("event=answer-refused", failure);
        }

        @Override
        public void onCompleted() {}
    }
}
