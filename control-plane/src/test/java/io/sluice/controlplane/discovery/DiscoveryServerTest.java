package io.sluice.controlplane.discovery;

import static io.sluice.controlplane.snapshot.TestConfig.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.sluice.controlplane.fleet.Activation;
import io.sluice.controlplane.fleet.NodeAnswer;
import io.sluice.controlplane.fleet.NodeQuestion;
import io.sluice.controlplane.fleet.NodeState;
import io.sluice.controlplane.fleet.NodeView;
import io.sluice.proto.discovery.v1.AnswerRequest;
import io.sluice.proto.discovery.v1.Ask;
import io.sluice.proto.discovery.v1.DrainState;
import io.sluice.proto.discovery.v1.EndpointHealth;
import io.sluice.proto.discovery.v1.EndpointHealthList;
import io.sluice.proto.discovery.v1.HealthState;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.NodeProblem;
import io.sluice.proto.discovery.v1.Offender;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.Phase;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.SyncRequest;
import io.sluice.proto.discovery.v1.Version;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The door and the loop behind it, over real sockets. */
class DiscoveryServerTest extends DiscoveryFixture {
    private static final NodeProblem BAD_REGEX =
            NodeProblem.newBuilder()
                    .setKind("route")
                    .setName("shop")
                    .setField("rules[0].match.path.regex")
                    .setCode("BAD_REGEX")
                    .setMessage("does not parse")
                    .build();

    @Test
    void everyNodeGetsTheSameTicketKeysBehindItsWelcome() throws Exception {
        TestNode first = node("n1", "a").connect().welcomed();
        TestNode second = node("n2", "b").connect().welcomed();
        assertThat(first.nextTicketKeys())
                .isEqualTo(second.nextTicketKeys())
                .satisfies(keys -> assertThat(keys.getKeysCount()).isEqualTo(3));
    }

    @Test
    void asksANodeAndWaitsForItsAnswer() throws Exception {
        TestNode node = connected("n1");
        // One that nobody waits for.
        assertThat(node.answer(AnswerRequest.newBuilder().setNode("n1").setAskId(99)).getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        CompletableFuture<List<NodeAnswer>> asked =
                CompletableFuture.supplyAsync(
                        () -> fleet.ask(List.of("n1", "nobody"), new NodeQuestion.Offenders(5)));
        Ask ask = node.next().getAsk();
        assertThat(ask.getOffenders().getRowsMax()).isEqualTo(5);
        assertThat(
                        node.answer(
                                        AnswerRequest.newBuilder()
                                                .setNode("x")
                                                .setAskId(ask.getAskId()))
                                .getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        Status taken =
                node.answer(
                        AnswerRequest.newBuilder()
                                .setNode("n1")
                                .setAskId(ask.getAskId())
                                .addOffenders(
                                        Offender.newBuilder()
                                                .setNetwork("192.0.2.0")
                                                .setRefused(7)));
        assertThat(taken.isOk()).isTrue();
        assertThat(asked.get(60, TimeUnit.SECONDS))
                .containsExactly(
                        new NodeAnswer(
                                "n1",
                                List.of(),
                                List.of(new NodeAnswer.OffenderRow("", "192.0.2.0", 7, 0)),
                                0,
                                0,
                                0));
    }

    @Test
    void anEmptyStoreIsUpToDateWithoutAVersion() throws Exception {
        TestNode node = node("n1", "a").connect().welcomed();
        Offer offer = node.nextOffer();
        assertThat(offer.hasUpToDate()).isTrue();
        assertThat(offer.hasVersion()).isFalse();
    }

    @Test
    void anEmptyStoreTakesNothingAwayFromANode() throws Exception {
        node("n1", "a")
                .connect(hello -> hello.setActive(Version.newBuilder().setEpoch(5).setRevision(9)));
        NodeView node = await("n1", view -> view.problems().size() == 1);
        assertThat(node.problems().getFirst().code()).isEqualTo("STORE_EMPTY");
    }

    @Test
    void aGroupWithNothingConfiguredIsUpToDate() throws Exception {
        config.httpListener("web", java.util.Map.of("zone", "a"));
        commit();
        TestNode node = node("n1", "a").connect(hello -> hello.putLabels("zone", "b")).welcomed();
        Offer offer = node.activate(node.nextOffer());
        assertThat(offer.hasUpToDate()).isTrue();
        assertThat(offer.getVersion().getRevision()).isEqualTo(1);
        assertThat(settled(1).active()).isEqualTo(1);
    }

    @Test
    void aFreshNodeGetsAllAndThenOnlyWhatChanges() throws Exception {
        shop();
        long first = commit();
        TestNode node = node("n1", "a").connect().welcomed();
        assertThat(node.activate(node.nextOffer()).hasSnapshot()).isTrue();
        assertThat(settled(first)).isEqualTo(new Activation(first, 1, 1, 0));

        config.route("shop", List.of("web"), share("v1", 0), share("v2", 100));
        long second = commit();
        Offer delta = node.activate(node.nextOffer());
        assertThat(delta.getDelta().getUpsertCount()).isEqualTo(1);
        assertThat(delta.getDelta().getUpsert(0).getKind()).isEqualTo("weights");
        assertThat(delta.getDelta().getUpsert(0).getName()).isEqualTo("shop/all");
        assertThat(settled(second).active()).isEqualTo(1);
    }

    @Test
    void aRevisionThatConcernsNobodySendsNothingAndIsActive() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        config.cluster("unused", "10.0.0.9:80");
        long second = commit();
        assertThat(settled(second).active()).isEqualTo(1);
        assertThat(node.inbox).isEmpty();
    }

    @Test
    void reconnectingWithAnEqualDigestCostsAFewHundredBytes() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        Version active = node.versionAt(config.epoch, 1);
        node.disconnect();
        await("n1", view -> view.state() == NodeState.GONE);
        node.bytesReceived = 0;
        node.connect(hello -> hello.setActive(active)).welcomed();
        assertThat(node.activate(node.nextOffer()).hasUpToDate()).isTrue();
        assertThat(node.bytesReceived).isLessThan(300);
        assertThat(settled(1).active()).isEqualTo(1);
    }

    @Test
    void aNackLeavesTheNodeRejectedUntilTheNextChange() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        config.cluster("v1", "10.0.0.7:80").httpListener("web2");
        long bad = commit();
        node.nack(node.nextOffer(), NackReason.NACK_REASON_INVALID, BAD_REGEX);
        assertThat(settled(bad)).isEqualTo(new Activation(bad, 1, 0, 1));
        NodeView view = fleet.view().node("n1").orElseThrow();
        assertThat(view.activeRevision()).isEqualTo(1);
        assertThat(view.problems().getFirst().code()).isEqualTo("BAD_REGEX");

        config.cluster("unused");
        commit();
        config.cluster("v1", "10.0.0.8:80");
        long good = commit();
        Offer offer = node.nextOffer();
        assertThat(offer.getVersion().getRevision()).isEqualTo(good);
        node.activate(offer);
        assertThat(settled(good).active()).isEqualTo(1);
        assertThat(await("n1", v -> v.problems().isEmpty()).rejectedRevision()).isZero();
    }

    @Test
    void aDigestMismatchIsAnsweredByTheWholeSnapshot() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        config.route("shop", List.of("web"), share("v1", 50), share("v2", 50));
        long second = commit();
        node.nack(node.nextOffer(), NackReason.NACK_REASON_DIGEST_MISMATCH);
        Offer whole = node.activate(node.nextOffer());
        assertThat(whole.hasSnapshot()).isTrue();
        assertThat(settled(second).active()).isEqualTo(1);
    }

    @Test
    void oneOfferIsOutstandingAndTheNewestTargetFollows() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        config.route("shop", List.of("web"), share("v1", 10), share("v2", 5));
        commit();
        Offer first = node.nextOffer();
        for (int weight = 20; weight <= 40; weight += 10) {
            config.route("shop", List.of("web"), share("v1", weight), share("v2", 5));
            commit();
        }
        assertThat(node.inbox.poll(100, TimeUnit.MILLISECONDS)).isNull();
        node.activate(first);
        Offer second = node.activate(node.nextOffer());
        assertThat(second.getVersion().getRevision()).isEqualTo(5);
        assertThat(settled(5).active()).isEqualTo(1);
    }

    @Test
    void aStaleAcknowledgementChangesNothing() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        config.cluster("v1", "10.0.0.7:80");
        commit();
        Offer offer = node.nextOffer();
        node.ack(offer.toBuilder().setOfferId(99).build(), Phase.PHASE_ACTIVE);
        node.ack(offer, Phase.PHASE_WARMED);
        node.send(SyncRequest.newBuilder().setDrain(DrainState.newBuilder().setConnections(7)));
        assertThat(await("n1", view -> view.connections() == 7).activeRevision()).isEqualTo(1);
    }

    @Test
    void problemsOfTheActiveVersionMayChangeLater() throws Exception {
        shop();
        commit();
        TestNode node = node("n1", "a").connect().welcomed();
        Offer offer = node.nextOffer();
        NodeProblem busy =
                NodeProblem.newBuilder().setKind("listener").setName("web").setCode("BIND").build();
        node.ack(offer, Phase.PHASE_ACTIVE, busy);
        assertThat(await("n1", view -> view.problems().size() == 1).activeRevision()).isEqualTo(1);
        node.ack(offer, Phase.PHASE_ACTIVE);
        await("n1", view -> view.problems().isEmpty());
    }

    @Test
    void aSecondLivingProcessUnderOneNameIsRefused() throws Exception {
        shop();
        commit();
        connected("n1");
        TestNode second = node("n1", "another").connect();
        Status status = second.status();
        assertThat(status.getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
        assertThat(status.getDescription()).contains("a node named \"n1\" is connected from 127.");
        assertThat(fleet.view().node("n1").orElseThrow().connected()).isTrue();
    }

    @Test
    void theSameProcessReplacesItsOldStream() throws Exception {
        shop();
        commit();
        TestNode old = connected("n1");
        TestNode again = node("n1", old.bootId);
        again.connect().welcomed();
        assertThat(old.status().getCode()).isEqualTo(Status.Code.ABORTED);
        again.activate(again.nextOffer());
        assertThat(fleet.view().node("n1").orElseThrow().connected()).isTrue();
    }

    @Test
    void aSuspectVersionIsNotOfferedAgain() throws Exception {
        shop();
        commit();
        TestNode node = connected("n1");
        Version good = node.versionAt(config.epoch, 1);
        config.cluster("v1", "10.0.0.7:80");
        commit();
        Offer deadly = node.nextOffer();
        node.disconnect();
        await("n1", view -> !view.connected());
        node.connect(hello -> hello.setActive(good).setSuspect(deadly.getVersion())).welcomed();
        NodeView held = await("n1", view -> view.rejectedRevision() == 2);
        assertThat(held.problems().getFirst().code()).isEqualTo("SUSPECT_VERSION");
        config.cluster("v1", "10.0.0.8:80");
        commit();
        assertThat(node.activate(node.nextOffer()).getVersion().getRevision()).isEqualTo(3);
    }

    @Test
    void aNodeAheadOfTheStoreKeepsWhatItHasAndRaisesAnAlarm() throws Exception {
        shop();
        commit();
        node("n1", "a")
                .connect(
                        hello ->
                                hello.setActive(
                                        Version.newBuilder()
                                                .setEpoch(config.epoch)
                                                .setRevision(77)))
                .welcomed();
        NodeView ahead = await("n1", view -> view.rejectedRevision() == 1);
        assertThat(ahead.problems().getFirst().code()).isEqualTo("NODE_AHEAD");
        assertThat(fleet.view().activation(1).rejected()).isEqualTo(1);
    }

    @Test
    void aSlowReaderDoesNotKeepOthersWaitingAndIsCut() throws Exception {
        stop();
        DiscoveryOptions options = options();
        start(
                new DiscoveryOptions(
                        options.address(),
                        1,
                        options.admissionsPerSecond(),
                        options.admissionsBurst(),
                        Duration.ofSeconds(5),
                        options.reportInterval()));
        String padding = "x".repeat(60);
        config.httpListener("web");
        for (int i = 0; i < 8_000; i++) {
            config.route("r" + i + padding.substring(5), List.of("web"), share("v1", 1));
        }
        config.cluster("v1", "10.0.0.1:80");
        commit();
        TestNode slow = node("slow", "a").connect(hello -> hello, 2);
        await("slow", NodeView::connected);
        TestNode quick = node("quick", "b").connect().welcomed();
        Offer whole = quick.nextOffer();
        assertThat(whole.getSnapshot().getLast()).as("several chunks").isFalse();
        quick.activate(whole);
        await("quick", view -> view.activeRevision() == 1);
        await("slow", view -> view.state() == NodeState.GONE);
        slow.request(100);
        assertThat(slow.status().isOk()).isFalse();
    }

    @Test
    void tooManyAtOnceAreToldWhenToComeBack() throws Exception {
        stop();
        DiscoveryOptions options = options();
        start(
                new DiscoveryOptions(
                        options.address(),
                        1,
                        1,
                        1,
                        options.stalledMax(),
                        options.reportInterval()));
        node("n0", "a").connect().welcomed();
        // So many that a slow machine, too, is asked by more than it lets in meanwhile.
        List<TestNode> more = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            more.add(node("n" + i, "a").connect());
        }
        CompletableFuture.anyOf(
                        more.stream().map(node -> node.ended).toArray(CompletableFuture[]::new))
                .get(60, TimeUnit.SECONDS);
        TestNode refused = more.stream().filter(node -> node.ended.isDone()).findFirst().get();
        assertThat(refused.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        String after = refused.trailers.join().get(SyncService.RETRY_AFTER_MILLIS);
        assertThat(Long.parseLong(after)).isBetween(1L, 1_000L);
    }

    @Test
    void aBadHelloIsRefused() throws Exception {
        TestNode node = node("no spaces please", "a").connect();
        assertThat(node.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        TestNode mute = node("n2", "b");
        mute.connect();
        mute.welcomed();
        mute.send(
                SyncRequest.newBuilder()
                        .setHello(io.sluice.proto.discovery.v1.Hello.newBuilder().setNode("n2")));
        assertThat(mute.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void reportsAreCountedOnceAndHealthIsShown() throws Exception {
        TestNode node = node("n1", "a").connect().welcomed();
        node.openReport();
        ReportRequest.Builder first =
                ReportRequest.newBuilder()
                        .setSequence(1)
                        .setHealth(
                                EndpointHealthList.newBuilder()
                                        .addEndpoints(
                                                EndpointHealth.newBuilder()
                                                        .setCluster("v1")
                                                        .setAddress("10.0.0.1:80")
                                                        .setState(
                                                                HealthState.HEALTH_STATE_HEALTHY)));
        assertThat(node.report(first).getSequence()).isEqualTo(1);
        assertThat(node.report(first.clone()).getSequence()).isEqualTo(1);
        assertThat(node.report(ReportRequest.newBuilder().setSequence(2)).getSequence())
                .isEqualTo(2);
        NodeView view = await("n1", v -> !v.endpoints().isEmpty());
        assertThat(view.endpoints().getFirst().address()).isEqualTo("10.0.0.1:80");
    }

    @Test
    void reportsOfStrangersAreRefused() throws Exception {
        TestNode stranger = node("n1", "a");
        stranger.openReport();
        stranger.sendReport(ReportRequest.newBuilder().setSequence(1));
        assertThat(stranger.reportEnded.get(60, TimeUnit.SECONDS).getCode())
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
    }
}
