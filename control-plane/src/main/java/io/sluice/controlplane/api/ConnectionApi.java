package io.sluice.controlplane.api;

import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.NodeAnswer;
import io.sluice.controlplane.fleet.NodeAnswer.FlowRow;
import io.sluice.controlplane.fleet.NodeAnswer.OffenderRow;
import io.sluice.controlplane.fleet.NodeQuestion;
import io.sluice.controlplane.fleet.NodeQuestion.FlowFilter;
import io.sluice.controlplane.fleet.NodeQuestion.FlowOrder;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.proto.Cidr;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.HostPort;
import io.sluice.proto.Problems;
import io.vertx.core.http.HttpMethod;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What nodes relay at this moment, and whom they refuse: asked of them, not stored. */
final class ConnectionApi {
    private static final int CUT_DEFAULT = 100;
    private static final int OFFENDERS_DEFAULT = 20;
    private static final String UNSORTED =
            "must be one of oldest, newest, bytesIn, bytesOut, bytes";

    private final Fleet fleet;

    ConnectionApi(Fleet fleet) {
        this.fleet = fleet;
    }

    /** A row and the node that it is of. */
    private record At<T>(String node, T row) {}

    List<RestOperation> operations() {
        Parameter node = Parameter.query("node", Parameter.Type.TEXT, "Only of this node.");
        Parameter[] filter = {
            node,
            Parameter.query("listener", Parameter.Type.TEXT, "Only of this listener."),
            Parameter.query("cluster", Parameter.Type.TEXT, "Only to this cluster."),
            Parameter.query(
                    "client", Parameter.Type.TEXT, "Only of clients in this network, or address."),
            Parameter.query("upstream", Parameter.Type.TEXT, "Only to this endpoint, IP:PORT."),
            Parameter.query("id", Parameter.Type.INTEGER, "Only this one; of one node."),
            Parameter.query(
                    "draining",
                    Parameter.Type.BOOLEAN,
                    "Only those that a drain will cut at its deadline.")
        };
        return List.of(
                RestOperation.get(
                                "/api/v1/connections",
                                "listConnections",
                                "Lists live connections and UDP sessions, asked of the nodes. The"
                                        + " first 10000 can be paged through; pages are not of one"
                                        + " moment.")
                        .takes(filter)
                        .takes(
                                Listing.PAGE_SIZE,
                                Listing.PAGE_TOKEN,
                                Parameter.query(
                                        "orderBy",
                                        Parameter.Type.TEXT,
                                        "What comes first: oldest (the default), newest, bytesIn,"
                                                + " bytesOut or bytes."))
                        .answers(200, "A page.", Schemas.ref("ConnectionList"))
                        .blocking(this::list),
                RestOperation.of(
                                HttpMethod.POST,
                                "/api/v1/connections:kill",
                                "killConnections",
                                "Ends the connections of a filter, unless a node has more than max"
                                        + " of them.")
                        .takes(filter)
                        .takes(
                                Parameter.query(
                                        "max",
                                        Parameter.Type.INTEGER,
                                        "Connections to end on one node at most, 1 to 10000;"
                                            + " default 100. Where there are more, none is ended"
                                            + " there."),
                                Parameter.query(
                                        "dryRun", Parameter.Type.BOOLEAN, "Only count them."))
                        .answers(200, "What was done.", Schemas.ref("ConnectionsKilled"))
                        .blocking(this::kill),
                RestOperation.get(
                                "/api/v1/offenders",
                                "listOffenders",
                                "Lists the networks of clients that listeners refused most, by"
                                        + " their access lists and limits.")
                        .takes(
                                node,
                                Parameter.query(
                                        "pageSize",
                                        Parameter.Type.INTEGER,
                                        "Rows, 1 to 1000; default 20."))
                        .answers(200, "The worst.", Schemas.ref("OffenderList"))
                        .blocking(this::offenders));
    }

    private Reply list(Call call) {
        Problems problems = Problems.collect();
        FlowFilter filter = filter(call, problems);
        FlowOrder order = order(call, problems.at("orderBy"));
        int size =
                Math.clamp(
                        call.number("pageSize", Listing.PAGE_SIZE_DEFAULT),
                        1,
                        Listing.PAGE_SIZE_MAX);
        int from = position(call, problems.at("pageToken"));
        Optional<Reply> refusal = refusal(call, problems);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        int to = Math.min(from + size, NodeQuestion.ROWS_MAX);
        List<String> nodes = nodes(call);
        List<NodeAnswer> answers = fleet.ask(nodes, new NodeQuestion.Flows(filter, order, to));
        List<At<FlowRow>> rows = new ArrayList<>();
        for (NodeAnswer answer : answers) {
            answer.flows().forEach(flow -> rows.add(new At<>(answer.node(), flow)));
        }
        rows.sort(
                Comparator.<At<FlowRow>>comparingLong(at -> at.row().rank(order))
                        .reversed()
                        .thenComparing(At::node)
                        .thenComparingLong(at -> at.row().id()));
        int end = Math.min(to, rows.size());
        long matched = answers.stream().mapToLong(NodeAnswer::matched).sum();
        boolean more = end < matched && end < NodeQuestion.ROWS_MAX && end > from;
        return Reply.ok(
                Json.object()
                        .put(
                                "items",
                                rows.subList(Math.min(from, end), end).stream()
                                        .map(ConnectionApi::json)
                                        .toList())
                        .put("nextPageToken", more ? Integer.toString(end) : "")
                        .put("totalSize", matched)
                        .put("open", answers.stream().mapToLong(NodeAnswer::open).sum())
                        .put("silentNodes", silent(nodes, answers)));
    }

    private Reply kill(Call call) {
        Problems problems = Problems.collect();
        FlowFilter filter = filter(call, problems);
        long max = call.number("max", CUT_DEFAULT);
        if (max < 1 || max > NodeQuestion.ROWS_MAX) {
            problems.at("max").reject("OUT_OF_RANGE", "must be from 1 to " + NodeQuestion.ROWS_MAX);
        }
        boolean everything = filter.equals(FlowFilter.ANY);
        if (everything) {
            problems.reject(
                    "REQUIRED",
                    "needs one of listener, cluster, client, upstream, id and draining",
                    "to end all that a node has, drain it");
        }
        if (filter.id() != 0 && !call.has("node")) {
            problems.at("node").reject("REQUIRED", "an id is of one node");
        }
        Optional<Reply> refusal = refusal(call, problems);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        NodeQuestion question =
                call.flag("dryRun")
                        ? new NodeQuestion.Flows(filter, FlowOrder.OLDEST, 0)
                        : new NodeQuestion.Cut(filter, (int) max);
        List<String> nodes = nodes(call);
        List<NodeAnswer> answers = fleet.ask(nodes, question);
        return Reply.ok(
                Json.object()
                        .put("matched", answers.stream().mapToLong(NodeAnswer::matched).sum())
                        .put("killed", answers.stream().mapToLong(NodeAnswer::cut).sum())
                        .put(
                                "nodesOverMax",
                                answers.stream()
                                        .filter(answer -> answer.matched() > max)
                                        .map(NodeAnswer::node)
                                        .sorted()
                                        .toList())
                        .put("silentNodes", silent(nodes, answers)));
    }

    private Reply offenders(Call call) {
        Optional<Reply> refusal = refusal(call, Problems.collect());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        int size = Math.clamp(call.number("pageSize", OFFENDERS_DEFAULT), 1, Listing.PAGE_SIZE_MAX);
        List<String> nodes = nodes(call);
        List<NodeAnswer> answers = fleet.ask(nodes, new NodeQuestion.Offenders(size));
        List<At<OffenderRow>> rows = new ArrayList<>();
        for (NodeAnswer answer : answers) {
            answer.offenders().forEach(each -> rows.add(new At<>(answer.node(), each)));
        }
        rows.sort(
                Comparator.<At<OffenderRow>>comparingLong(at -> at.row().refused())
                        .reversed()
                        .thenComparing(At::node));
        return Reply.ok(
                Json.object()
                        .put(
                                "items",
                                rows.stream()
                                        .limit(size)
                                        .map(
                                                at ->
                                                        Json.object()
                                                                .put("node", at.node())
                                                                .put(
                                                                        "listener",
                                                                        at.row().listener())
                                                                .put("network", at.row().network())
                                                                .put("refused", at.row().refused())
                                                                .put("open", at.row().open()))
                                        .toList())
                        .put("silentNodes", silent(nodes, answers)));
    }

    private static Json json(At<FlowRow> at) {
        FlowRow flow = at.row();
        return Json.object()
                .put("node", at.node())
                .put("id", flow.id())
                .put("protocol", flow.protocol())
                .put("client", flow.client())
                .put("listener", flow.listener())
                .put("rule", flow.rule())
                .put("cluster", flow.cluster())
                .put("upstream", flow.upstream())
                .put("ageMillis", flow.ageMillis())
                .put("bytesIn", flow.bytesIn())
                .put("bytesOut", flow.bytesOut())
                .put("rttMicros", flow.rttMicros())
                .put("retransmits", flow.retransmits())
                .put("upstreamRttMicros", flow.upstreamRttMicros())
                .put("upstreamRetransmits", flow.upstreamRetransmits())
                .put("requests", flow.requests())
                .put("cutInMillis", flow.cutInMillis());
    }

    private static FlowFilter filter(Call call, Problems problems) {
        String client = call.text("client");
        if (!client.isEmpty() && Cidr.parse(client).isEmpty()) {
            problems.at("client")
                    .reject(
                            "BAD_NETWORK",
                            "\"" + client + "\" is neither a network nor an address");
        }
        String upstream = call.text("upstream");
        if (!upstream.isEmpty() && HostPort.parse(upstream).filter(HostPort::isIp).isEmpty()) {
            problems.at("upstream").reject("BAD_ADDRESS", "\"" + upstream + "\" is not IP:PORT");
        }
        return new FlowFilter(
                call.text("listener"),
                call.text("cluster"),
                client,
                upstream,
                call.number("id", 0),
                call.flag("draining"));
    }

    private static FlowOrder order(Call call, Problems problems) {
        if (!call.has("orderBy")) {
            return FlowOrder.OLDEST;
        }
        String wanted = call.text("orderBy");
        return Stream.of(FlowOrder.values())
                .filter(order -> text(order).equals(wanted))
                .findFirst()
                .orElseGet(
                        () -> {
                            problems.reject("UNKNOWN_VALUE", UNSORTED);
                            return FlowOrder.OLDEST;
                        });
    }

    private static String text(FlowOrder order) {
        String lower = order.name().toLowerCase(Locale.ROOT);
        return lower.replace("_in", "In").replace("_out", "Out");
    }

    private static int position(Call call, Problems problems) {
        String token = call.text("pageToken");
        if (token.isEmpty()) {
            return 0;
        }
        if (!token.matches("[1-9][0-9]{0,4}") || Integer.parseInt(token) > NodeQuestion.ROWS_MAX) {
            problems.reject("BAD_TOKEN", "is not a nextPageToken of this list");
            return 0;
        }
        return Integer.parseInt(token);
    }

    private Optional<Reply> refusal(Call call, Problems problems) {
        if (problems.hasErrors()) {
            return Optional.of(Reply.malformed(problems.errors()));
        }
        String node = call.text("node");
        List<String> names = fleet.view().nodes().stream().map(NodeView::name).toList();
        if (node.isEmpty() || names.contains(node)) {
            return Optional.empty();
        }
        String hint = DidYouMean.hint(node, names);
        return Optional.of(
                Reply.notFound(
                        "no node \""
                                + node
                                + "\" has connected"
                                + (hint.isEmpty() ? "" : "; " + hint)));
    }

    /** Those that can be asked. */
    private List<String> nodes(Call call) {
        String wanted = call.text("node");
        return fleet.view().nodes().stream()
                .filter(NodeView::connected)
                .map(NodeView::name)
                .filter(name -> wanted.isEmpty() || name.equals(wanted))
                .toList();
    }

    private static List<String> silent(List<String> asked, List<NodeAnswer> answers) {
        List<String> answered = answers.stream().map(NodeAnswer::node).toList();
        return asked.stream().filter(name -> !answered.contains(name)).sorted().toList();
    }
}
