package io.sluice.controlplane.discovery;

import io.sluice.controlplane.fleet.NodeAnswer;
import io.sluice.controlplane.fleet.NodeQuestion;
import io.sluice.proto.discovery.v1.AnswerRequest;
import io.sluice.proto.discovery.v1.Ask;
import io.sluice.proto.discovery.v1.CutAsk;
import io.sluice.proto.discovery.v1.Flow;
import io.sluice.proto.discovery.v1.FlowFilter;
import io.sluice.proto.discovery.v1.FlowOrder;
import io.sluice.proto.discovery.v1.FlowsAsk;
import io.sluice.proto.discovery.v1.OffendersAsk;

import java.util.ArrayList;
import java.util.List;

/** Questions as messages, and the parts of one answer on their way to become it. */
final class FlowMessages {
    private final String node;
    private final List<NodeAnswer.FlowRow> flows = new ArrayList<>();
    private final List<NodeAnswer.OffenderRow> offenders = new ArrayList<>();
    private long open;
    private long matched;
    private long cut;

    FlowMessages(String node) {
        this.node = node;
    }

    static Ask ask(long id, NodeQuestion question) {
        Ask.Builder ask = Ask.newBuilder().setAskId(id);
        switch (question) {
            case NodeQuestion.Flows flows ->
                    ask.setFlows(
                            FlowsAsk.newBuilder()
                                    .setFilter(filter(flows.filter()))
                                    .setOrder(order(flows.order()))
                                    .setRowsMax(flows.rowsMax()));
            case NodeQuestion.Cut cut ->
                    ask.setCut(
                            CutAsk.newBuilder()
                                    .setFilter(filter(cut.filter()))
                                    .setFlowsMax(cut.flowsMax()));
            case NodeQuestion.Offenders offenders ->
                    ask.setOffenders(OffendersAsk.newBuilder().setRowsMax(offenders.rowsMax()));
        }
        return ask.build();
    }

    private static FlowFilter filter(NodeQuestion.FlowFilter filter) {
        return FlowFilter.newBuilder()
                .setListener(filter.listener())
                .setCluster(filter.cluster())
                .setClient(filter.client())
                .setUpstream(filter.upstream())
                .setId(filter.id())
                .setDraining(filter.draining())
                .build();
    }

    private static FlowOrder order(NodeQuestion.FlowOrder order) {
        return switch (order) {
            case OLDEST -> FlowOrder.FLOW_ORDER_OLDEST;
            case NEWEST -> FlowOrder.FLOW_ORDER_NEWEST;
            case BYTES_IN -> FlowOrder.FLOW_ORDER_BYTES_IN;
            case BYTES_OUT -> FlowOrder.FLOW_ORDER_BYTES_OUT;
            case BYTES -> FlowOrder.FLOW_ORDER_BYTES;
        };
    }

    /** Takes a part; says false if there are more rows than anyone asks for. */
    boolean add(AnswerRequest part) {
        if (flows.size() + part.getFlowsCount() > NodeQuestion.ROWS_MAX
                || offenders.size() + part.getOffendersCount() > NodeQuestion.ROWS_MAX) {
            return false;
        }
        part.getFlowsList().forEach(flow -> flows.add(row(flow)));
        part.getOffendersList()
                .forEach(
                        each ->
                                offenders.add(
                                        new NodeAnswer.OffenderRow(
                                                WireReader.text(each.getListener()),
                                                WireReader.text(each.getNetwork()),
                                                each.getRefused(),
                                                each.getOpen())));
        open = part.getOpen();
        matched = part.getMatched();
        cut = part.getCut();
        return true;
    }

    private static NodeAnswer.FlowRow row(Flow flow) {
        return new NodeAnswer.FlowRow(
                flow.getId(),
                WireReader.text(flow.getProtocol()),
                WireReader.text(flow.getClient()),
                WireReader.text(flow.getListener()),
                WireReader.text(flow.getRule()),
                WireReader.text(flow.getCluster()),
                WireReader.text(flow.getUpstream()),
                flow.getAgeMillis(),
                flow.getBytesIn(),
                flow.getBytesOut(),
                Integer.toUnsignedLong(flow.getRttMicros()),
                Integer.toUnsignedLong(flow.getRetransmits()),
                Integer.toUnsignedLong(flow.getUpstreamRttMicros()),
                Integer.toUnsignedLong(flow.getUpstreamRetransmits()),
                flow.getRequests(),
                flow.getCutInMillis());
    }

    NodeAnswer answer() {
        return new NodeAnswer(node, flows, offenders, open, matched, cut);
    }
}
