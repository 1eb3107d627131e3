package io.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands that show something: get, node, history, stats, status, export, version. */
class ShowCommandsTest {
    private static final String ROUTE =
            """
            {"kind":"Route","name":"shop","labels":{"team":"shop"},"spec":{"listeners":["web"],"hosts":["shop.example","*"],
            "rules":[{"name":"checkout","match":{"path":{"prefix":"/checkout"}},"forward":{"split":[
            {"cluster":"v1","weight":95},{"cluster":"v2","weight":5}]}},{"name":"old","redirect":{"path":"/"}}]},
            "revision":2,"etag":"abc","createTime":"2026-11-21T10:00:00Z","updateTime":"2026-11-21T11:55:00Z"}
            """;
    private static final String NODES =
            """
            {"items":[
            {"name":"node-1","labels":{"zone":"a"},"address":"127.0.0.1:40000","softwareVersion":"0.1.0","state":"connected",
             "wantedRevision":7,"activeRevision":7,"problems":[],"lastSeen":"2026-11-21T11:59:58Z","endpoints":[
             {"cluster":"v1","address":"127.0.0.1:9101","health":"healthy","since":"2026-11-21T11:00:00Z","reason":""},
             {"cluster":"v1","address":"127.0.0.1:9102","health":"unhealthy","since":"2026-11-21T11:00:00Z","reason":"connect refused"}]},
            {"name":"node-2","labels":{},"address":"127.0.0.1:40001","softwareVersion":"0.1.0","state":"gone",
             "wantedRevision":7,"activeRevision":6,"problems":[],"lastSeen":"2026-11-21T11:00:00Z","endpoints":[]}]}
            """;

    private final ScriptedControlPlane server = new ScriptedControlPlane();
    private final CommandLineRun cli = CommandLineRun.against(server);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void getShowsATable() {
        server.on("GET /api/v1/routes?pageSize=500", "{\"items\":[" + ROUTE + "]}");

        assertThat(cli.run("get", "routes")).isZero();
        assertThat(cli.out())
                .isEqualTo(
                        """
                        NAME  LISTENERS  HOSTS           RULES  CLUSTERS               REVISION  AGE
                        shop  web        shop.example,*      2  v1:95,v2:5,(redirect)         2   5m
                        """);
        assertThat(cli.err()).isEmpty();
    }

    @Test
    void getFitsTheTerminalAndIsPlainWithNoColor() {
        server.on("GET /api/v1/routes?pageSize=500", "{\"items\":[" + ROUTE + "]}");
        cli.terminal = true;
        cli.columns = 60;
        cli.environment.put("NO_COLOR", "1");

        cli.run("get", "Route");

        assertThat(cli.out().lines()).allMatch(line -> line.length() <= 60);
        assertThat(cli.out()).contains("\u2026").doesNotContain("\u001b");
    }

    @Test
    void getOneGivesWhatCanBeApplied() {
        server.on("GET /api/v1/routes/shop", ROUTE);

        cli.run("get", "route", "shop", "-o", "yaml");

        assertThat(cli.out()).startsWith("kind: Route\nname: shop\n").contains("etag: abc");
    }

    @Test
    void getNamesAndFilters() {
        server.on(
                "GET /api/v1/routes?filter=labels.team%3D%22shop%22%20check&pageSize=500",
                "{\"items\":[" + ROUTE + "]}");

        assertThat(cli.run("get", "routes", "-l", "team=shop", "--filter", "check", "-o", "name"))
                .isZero();
        assertThat(cli.out()).isEqualTo("route/shop\n");
    }

    @Test
    void getReadsAllPages() {
        server.on(
                        "GET /api/v1/routes?pageSize=500",
                        "{\"items\":[{\"name\":\"a\"}],\"nextPageToken\":\"p 2\"}")
                .on(
                        "GET /api/v1/routes?pageSize=500&pageToken=p%202",
                        "{\"items\":[{\"name\":\"b\"}]}");

        cli.run("get", "routes", "-o", "name");

        assertThat(cli.out()).isEqualTo("route/a\nroute/b\n");
    }

    @Test
    void emptyListsSayThatOnStandardError() {
        server.on("GET /api/v1/clusters?pageSize=500", "{\"items\":[]}");

        assertThat(cli.run("get", "clusters")).isZero();
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err()).isEqualTo("no clusters\n");
    }

    @Test
    void nodeListSaysWhoIsInSyncAndWhoIsGone() {
        server.on("GET /api/v1/nodes?pageSize=500", NODES);

        cli.run("node", "list");

        assertThat(cli.out())
                .isEqualTo(
                        """
                        NAME    STATE      REVISION  CONFIG   ENDPOINTS  SEEN  VERSION  ADDRESS
                        node-1  connected         7  in sync        1/2    2s  0.1.0    127.0.0.1:40000
                        node-2  gone              6  wants 7        0/0   60m  0.1.0    127.0.0.1:40001
                        """);
    }

    @Test
    void drainReturnsWhenTheNodeIsDrained() {
        server.on("POST /api/v1/nodes/node-1:drain", node("draining", false, 2))
                .on(
                        "GET /api/v1/nodes/node-1",
                        node("draining", false, 2),
                        node("draining", false, 1),
                        node("draining", true, 0));

        assertThat(cli.run("node", "drain", "node-1")).isZero();
        assertThat(cli.err())
                .isEqualTo(
                        """
                        node-1 is draining, 2 connections left
                        node-1 is draining, 1 connection left
                        node-1 is drained
                        """);
    }

    @Test
    void drainTimesOutWithThree() {
        server.on("POST /api/v1/nodes/node-1:drain", node("draining", false, 2))
                .on("GET /api/v1/nodes/node-1", node("draining", false, 2));

        assertThat(cli.run("node", "drain", "node-1", "--timeout", "3s")).isEqualTo(3);
        assertThat(cli.err()).endsWith("timed out: node-1 goes on draining, 2 connections left\n");
    }

    @Test
    void historyIsATable() {
        server.on(
                "GET /api/v1/revisions?pageSize=20",
                """
                {"items":[{"revision":2,"time":"2026-11-21T11:00:00Z","author":"ada","authorVerified":false,"message":"v2",
                "changed":3,"created":1,"updated":2,"deleted":0},{"revision":1,"time":"2026-11-20T11:00:00Z","author":"",
                "message":"","changed":1,"created":1,"updated":0,"deleted":0}]}
                """);

        cli.run("history");

        assertThat(cli.out())
                .isEqualTo(
                        """
                        REVISION  AGE  AUTHOR  CHANGED               MESSAGE
                               2  60m  ada?    1 created, 2 updated  v2
                               1  25h  -       1 created
                        """);
    }

    @Test
    void historyOfOneResourceReadsAsManyPagesAsAsked() {
        server.on(
                        "GET /api/v1/revisions?pageSize=3&resource=route%2Fshop",
                        "{\"items\":[{\"revision\":9},{\"revision\":7}],\"nextPageToken\":\"r7\"}")
                .on(
                        "GET /api/v1/revisions?pageSize=1&resource=route%2Fshop&pageToken=r7",
                        "{\"items\":[{\"revision\":4}],\"nextPageToken\":\"r4\"}");

        cli.run("history", "--resource", "route/shop", "-n", "3", "-o", "name");

        assertThat(cli.out()).isEqualTo("9\n7\n4\n");
    }

    @Test
    void statsShowsRatesAndQuantiles() {
        server.on(
                "GET /api/v1/stats?window=60s",
                """
                {"from":"2026-11-21T11:59:00Z","to":"2026-11-21T12:00:00Z","listeners":[{"listener":"web",
                "connectionsAcceptedPerSecond":1.5,"connectionsOpen":7,"requestsPerSecond":120.4,"bytesInPerSecond":2048}],
                "routes":[{"route":"shop","rule":"checkout","cluster":"v2","requestsPerSecond":6,"p50Micros":900,"p99Micros":12000}],
                "endpoints":[]}
                """);

        cli.run("stats");

        assertThat(cli.out())
                .isEqualTo(
                        """
                        LISTENER  CONN/S  OPEN  REQ/S    IN/S  OUT/S  REFUSED/S
                        web          1.5     7    120  2.0KiB     0B          0

                        ROUTE  RULE      CLUSTER  REQ/S  4XX/S  5XX/S  FAIL/S    P50     P99
                        shop   checkout  v2         6.0      0      0       0  900us  12.0ms
                        """);
    }

    @Test
    void statsShowsDatagramsWhereThereAreSome() {
        server.on(
                "GET /api/v1/stats?window=60s",
                """
                {"from":"2026-11-21T11:59:00Z","to":"2026-11-21T12:00:00Z","listeners":[{"listener":"dns",
                "connectionsAcceptedPerSecond":40,"connectionsOpen":7,"datagramsInPerSecond":41.0,
                "datagramsDroppedPerSecond":1.5,"sessionsDisplacedPerSecond":2.0}],"routes":[],"endpoints":[]}
                """);

        cli.run("stats");

        assertThat(cli.out())
                .startsWith(
                        """
                        LISTENER  CONN/S  OPEN  REQ/S  IN/S  OUT/S  REFUSED/S  DGRAMS/S  DROPPED/S  DISPLACED/S
                        dns         40.0     7      0    0B     0B          0      41.0        1.5          2.0
                        """);
    }

    @Test
    void statsShowsWhoIsDeniedWhereThatHappens() {
        server.on(
                "GET /api/v1/stats?window=60s",
                """
                {"from":"2026-11-21T11:59:00Z","to":"2026-11-21T12:00:00Z","listeners":[{"listener":"smtp",
                "connectionsAcceptedPerSecond":40,"connectionsOpen":7,"connectionsDeniedPerSecond":3.5,
                "connectionsTarpittedPerSecond":2.0}],"routes":[],"endpoints":[]}
                """);

        cli.run("stats");

        assertThat(cli.out())
                .startsWith(
                        """
                        LISTENER  CONN/S  OPEN  REQ/S  IN/S  OUT/S  REFUSED/S  DENIED/S  TARPITTED/S
                        smtp        40.0     7      0    0B     0B          0       3.5          2.0
                        """);
    }

    @Test
    void statsShowsTlsAndWebSocketsWhereThereAreSome() {
        server.on(
                "GET /api/v1/stats?window=60s",
                """
                {"from":"2026-11-21T11:59:00Z","to":"2026-11-21T12:00:00Z","listeners":[{"listener":"edge",
                "connectionsAcceptedPerSecond":40,"connectionsOpen":7,"handshakesPerSecond":38.0,
                "handshakesResumedPerSecond":30.5,"handshakeFailuresPerSecond":1.5,
                "serverNameMissesPerSecond":0.5,"webSocketsPerSecond":3.0,
                "webSocketBytesInPerSecond":1024,"webSocketBytesOutPerSecond":2048}],
                "routes":[],"endpoints":[]}
                """);

        cli.run("stats");

        String out = cli.out();
        assertThat(out.lines().findFirst().orElseThrow())
                .endsWith("TLS/S  RESUMED/S  TLS-FAIL/S  SNI-MISS/S  WS/S  WS-IN/S  WS-OUT/S");
        assertThat(out.lines().skip(1).findFirst().orElseThrow().split(" +", -1))
                .endsWith("38.0", "30.5", "1.5", "0.50", "3.0", "1.0KiB", "2.0KiB");
    }

    @Test
    void connectionsShowsWhatIsLiveAndHowToGoOn() {
        server.on(
                "GET /api/v1/connections?pageSize=100&orderBy=oldest&listener=db",
                """
                {"items":[{"node":"n1","id":257,"protocol":"tcp","client":"192.0.2.7:4711","listener":"db","rule":"listener:db",
                "cluster":"db","upstream":"10.0.0.1:5432","ageMillis":61000,"bytesIn":2048,"bytesOut":10,"rttMicros":900,"retransmits":2,
                "upstreamRttMicros":0,"upstreamRetransmits":0,"requests":0,"cutInMillis":30000}],"nextPageToken":"100","totalSize":140,"open":150,"silentNodes":["n2"]}
                """);

        assertThat(cli.run("connections", "--listener", "db")).isZero();

        assertThat(cli.out())
                .isEqualTo(
                        """
                        NODE   ID  CLIENT          LISTENER  UPSTREAM       AGE      IN  OUT    RTT  RETRANS  CUT-IN
                        n1    257  192.0.2.7:4711  db        10.0.0.1:5432  61s  2.0KiB  10B  900us        2     30s
                        """);
        assertThat(cli.err())
                .contains("1 of 140 connections; go on with --page-token 100")
                .contains("n2 did not answer");
    }

    @Test
    void connectionsKillCountsUntilItIsTold() {
        server.on(
                        "POST /api/v1/connections:kill?max=100&dryRun=true&client=192.0.2.7",
                        """
                        {"matched":3,"killed":0,"nodesOverMax":[],"silentNodes":[]}
                        """)
                .on(
                        "POST /api/v1/connections:kill?max=2&client=192.0.2.7",
                        """
                        {"matched":3,"killed":0,"nodesOverMax":["n1"],"silentNodes":[]}
                        """);

        assertThat(cli.run("connections", "kill", "--client", "192.0.2.7")).isZero();
        assertThat(cli.err()).contains("3 connections would be ended; add --yes");
        assertThat(cli.run("connections", "kill", "--client", "192.0.2.7", "--max", "2", "--yes"))
                .isEqualTo(ExitCode.FINDINGS);
        assertThat(cli.err()).contains("n1 has more than --max 2: none ended there");
    }

    @Test
    void offendersShowsWhoWasRefused() {
        server.on(
                "GET /api/v1/offenders?pageSize=20",
                """
                {"items":[{"node":"n1","listener":"smtp","network":"192.0.2.0","refused":70,"open":2}],"silentNodes":[]}
                """);

        assertThat(cli.run("offenders")).isZero();
        assertThat(cli.out())
                .isEqualTo(
                        """
                        NODE  LISTENER  NETWORK    REFUSED  OPEN
                        n1    smtp      192.0.2.0       70     2
                        """);
    }

    @Test
    void statusNamesWhatIsWrong() {
        server.on(
                        "GET /api/v1/status",
                        """
                        {"softwareVersion":"0.1.0","epoch":5,"revision":7,"database":"h2","startTime":"2026-11-21T11:00:00Z",
                        "resources":{"listeners":1,"routes":1},"nodes":{"connected":1,"draining":0,"gone":1,"active":1,"rejected":0}}
                        """)
                .on("GET /api/v1/nodes?pageSize=500", NODES)
                .on("GET /api/v1/canaries?pageSize=500", "{\"items\":[]}");

        assertThat(cli.run("status")).isZero();
        assertThat(cli.out())
                .contains("Revision:       7 (epoch 5)\n")
                .contains("Nodes:          1 of 1 connected on the newest revision\n")
                .contains(
                        "  endpoint 127.0.0.1:9102 of v1 is unhealthy for node-1: connect"
                                + " refused\n")
                .contains("  node-2: gone, last seen 60m ago\n");
    }

    @Test
    void exportLeavesOutWhatReadingAdds() {
        server.on("GET /api/v1/routes?pageSize=500", "{\"items\":[" + ROUTE + "," + ROUTE + "]}");

        cli.run("export", "routes");

        assertThat(cli.out())
                .contains("---\nkind: Route\n")
                .doesNotContain("etag")
                .doesNotContain("revision");
    }

    @Test
    void versionWarnsWhereVersionsDiffer() {
        server.on("GET /api/v1/status", "{\"softwareVersion\":\"99.0\"}");

        assertThat(cli.run("version")).isZero();
        assertThat(cli.out()).contains("control plane  99.0\n");
        assertThat(cli.err()).startsWith("warning: versions differ");
    }

    @Test
    void completionKnowsEveryCommand() {
        cli.run("completion", "bash");
        assertThat(cli.out()).contains("complete -F").contains(Commands.NAMES);

        cli.run("completion", "fish");
        assertThat(cli.out()).contains("-n __fish_use_subcommand -a rollback");
    }

    private static String node(String state, boolean drained, int connections) {
        return "{\"name\":\"node-1\",\"state\":\"%s\",\"drained\":%s,\"connections\":%d}"
                .formatted(state, drained, connections);
    }
}
