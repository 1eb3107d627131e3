package io.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrainCommandTest {
    private static final String CLUSTER =
            """
            {"kind":"Cluster","name":"db","revision":4,"etag":"e4","spec":{"drainTimeout":"60s","endpoints":[
            {"address":"10.0.0.1:5432","weight":2},{"address":"10.0.0.2:5432"%s}]}}
            """;
    private static final String WRITTEN =
            """
            {"revision":9,"changed":[{"kind":"Cluster","name":"db","op":"updated","etag":"e"}],"warnings":[]}
            """;
    private static final String ACTIVE =
            "{\"revision\":9,\"activation\":{\"connected\":1,\"active\":1,\"rejected\":0}}";
    private static final String LEFT =
            "GET /api/v1/connections?pageSize=1&draining=true&cluster=db&upstream=10.0.0.2%3A5432";

    private final ScriptedControlPlane server = new ScriptedControlPlane();
    private final CommandLineRun cli = CommandLineRun.against(server);

    @AfterEach
    void close() {
        server.close();
    }

    private static String left(int count) {
        return "{\"items\":[],\"totalSize\":" + count + ",\"silentNodes\":[]}";
    }

    @Test
    void drainsAnEndpointAndCountsToZero() {
        server.on("GET /api/v1/clusters/db", CLUSTER.formatted(""))
                .on("POST /api/v1/changesets", WRITTEN)
                .on("GET /api/v1/revisions/9?view=activation", ACTIVE)
                .on(LEFT, left(2), left(1), left(0));

        assertThat(cli.run("drain", "endpoint", "db", "10.0.0.2:5432", "-m", "disk")).isZero();

        assertThat(server.last("POST").body())
                .isEqualTo(
                        "{\"message\":\"disk\",\"operations\":[{\"upsert\":{\"kind\":\"Cluster\",\"name\":\"db\","
                            + "\"spec\":{\"drainTimeout\":\"60s\",\"endpoints\":[{\"address\":\"10.0.0.1:5432\",\"weight\":2},"
                            + "{\"address\":\"10.0.0.2:5432\",\"drain\":true}]}},\"ifMatch\":\"e4\"}]}");
        assertThat(cli.err())
                .endsWith(
                        """
                        endpoint 10.0.0.2:5432 is draining, 2 connections left
                        endpoint 10.0.0.2:5432 is draining, 1 connection left
                        endpoint 10.0.0.2:5432 is drained
                        """);
    }

    @Test
    void saysThatItTakesLonger() {
        server.on("GET /api/v1/clusters/db", CLUSTER.formatted(""))
                .on("POST /api/v1/changesets", WRITTEN)
                .on("GET /api/v1/revisions/9?view=activation", ACTIVE)
                .on(LEFT, left(2));

        assertThat(cli.run("drain", "endpoint", "db", "10.0.0.2:5432", "--timeout", "3s"))
                .isEqualTo(ExitCode.TIMEOUT);
        assertThat(cli.err()).endsWith("goes on draining, 2 connections left\n");
    }

    @Test
    void putsAnEndpointBack() {
        server.on("GET /api/v1/clusters/db", CLUSTER.formatted(",\"drain\":true"))
                .on("POST /api/v1/changesets", WRITTEN)
                .on("GET /api/v1/revisions/9?view=activation", ACTIVE);

        assertThat(cli.run("drain", "endpoint", "db", "10.0.0.2:5432", "--undo")).isZero();
        assertThat(server.last("POST").body()).doesNotContain("\"drain\"");
    }

    @Test
    void knowsNoEndpointThatIsNotThere() {
        server.on("GET /api/v1/clusters/db", CLUSTER.formatted(""));

        assertThat(cli.run("drain", "endpoint", "db", "10.0.0.3:5432")).isEqualTo(ExitCode.ERROR);
        assertThat(cli.err()).contains("cluster db has no endpoint 10.0.0.3:5432");
    }

    @Test
    void drainsAListener() {
        server.on(
                        "GET /api/v1/listeners/smtp",
                        """
                        {"kind":"Listener","name":"smtp","etag":"e1","spec":{"address":"0.0.0.0:25","tcp":{}}}
                        """)
                .on("POST /api/v1/changesets", WRITTEN)
                .on("GET /api/v1/revisions/9?view=activation", ACTIVE)
                .on("GET /api/v1/connections?pageSize=1&draining=true&listener=smtp", left(0));

        assertThat(cli.run("drain", "listener", "smtp")).isZero();
        assertThat(server.last("POST").body())
                .contains("\"spec\":{\"address\":\"0.0.0.0:25\",\"tcp\":{},\"drain\":true}");
        assertThat(cli.err()).endsWith("listener smtp is drained\n");
    }
}
