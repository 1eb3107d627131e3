package io.sluice.proto.resource.rules;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Format;
import io.sluice.proto.resource.ResourceCodec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RulesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {}                                                     | address: REQUIRED, : REQUIRED
                    {http: {}}                                             | address: REQUIRED
                    {address: "8080", http: {}}                            | address: BAD_ADDRESS
                    {address: "localhost:80", http: {}}                    | address: BAD_ADDRESS
                    {address: "0.0.0.0:65536", http: {}}                   | address: BAD_ADDRESS
                    {address: "1.2.3.4:0", tcp: {}}                        | tcp.forward: REQUIRED
                    {address: "1.2.3.4:1", tcp: {forward: {}}}             | tcp.forward: REQUIRED
                    {address: "1.2.3.4:1", tcp: {forward: {cluster: a, split: [{cluster: b}]}}} | tcp.forward: TOO_MANY
                    {address: "1.2.3.4:1", tcp: {forward: {split: [{cluster: b, weight: 0}]}}} | tcp.forward.split: NO_WEIGHT
                    {address: "1.2.3.4:1", tcp: {forward: {split: [{cluster: b, weight: 1}, {cluster: b, weight: 1}]}}} | tcp.forward.split[1].cluster: DUPLICATE
                    {address: "1.2.3.4:1", tcp: {forward: {split: [{cluster: b, weight: 1000001}]}}} | tcp.forward.split[0].weight: OUT_OF_RANGE
                    {address: "1.2.3.4:1", ports: [x, "5-4", "1", "0", "70000"], tcp: {forward: {cluster: a}}} | ports[0]: BAD_PORT, ports[1]: BAD_PORT, ports[2]: DUPLICATE, ports[3]: BAD_PORT, ports[4]: BAD_PORT
                    {address: "1.2.3.4:1", ports: ["1000-2023"], tcp: {forward: {cluster: a}}} | ports: TOO_MANY
                    {address: "1.2.3.4:1", tcp: {forward: {cluster: a}, rules: [{name: a, forward: {cluster: a}}]}} | tcp.rules: TOO_MANY
                    {address: "1.2.3.4:1", tcp: {rules: [{name: a, match: {sources: [10.0.0.1/8], ports: ["0"]}, forward: {cluster: a}}, {name: a}]}} | tcp.rules[0].match.sources[0]: BAD_NETWORK, tcp.rules[0].match.ports[0]: BAD_PORT, tcp.rules[1].forward: REQUIRED, tcp.rules[1].name: DUPLICATE
                    {address: "1.2.3.4:1", tcp: {rules: [{name: a, forward: {cluster: a, sourceAffinity: {ipv4Prefix: 33, ipv6Prefix: 0}}}]}} | tcp.rules[0].forward.sourceAffinity.ipv4Prefix: OUT_OF_RANGE, tcp.rules[0].forward.sourceAffinity.ipv6Prefix: OUT_OF_RANGE
                    {address: "1.2.3.4:1", tcp: {rules: [{name: a, match: {hello: {serverNames: ["1.2.3.4", "a.*"], alpn: [""]}}, forward: {cluster: a}}]}} | tcp.rules[0].match.hello.serverNames[0]: BAD_NAME, tcp.rules[0].match.hello.serverNames[1]: BAD_NAME, tcp.rules[0].match.hello.alpn[0]: BAD_PROTOCOL
                    {address: "1.2.3.4:1", tls: {passthrough: [{name: a, serverNames: ["*x"], forward: {cluster: a}}, {name: b}]}, tcp: {rules: [{name: a, forward: {cluster: a}}]}} | tls.passthrough[0].name: DUPLICATE, tls.passthrough[0].serverNames[0]: BAD_NAME, tls.passthrough[1].forward: REQUIRED
                    {address: "1.2.3.4:1", tls: {}, http: {}} | tls.certificates: REQUIRED
                    {address: "1.2.3.4:1", proxyProtocol: {}, http: {}} | proxyProtocol.from: REQUIRED
                    {address: "1.2.3.4:1", proxyProtocol: {from: [x]}, access: {allow: [1.2.3.4/8], deny: ["::1/129"]}, http: {}} | proxyProtocol.from[0]: BAD_NETWORK, access.allow[0]: BAD_NETWORK, access.deny[0]: BAD_NETWORK
                    {address: "1.2.3.4:1", access: {tarpitTime: 2h, tarpitMax: 0, perClient: {connections: 0, connectionsPerSecond: 0, ipv4Prefix: 33, ipv6Prefix: 129}, perClientOnNode: {connections: 0}}, http: {}} | access.perClient.connections: OUT_OF_RANGE, access.perClient.connectionsPerSecond: OUT_OF_RANGE, access.perClient.ipv4Prefix: OUT_OF_RANGE, access.perClient.ipv6Prefix: OUT_OF_RANGE, access.perClientOnNode.connections: OUT_OF_RANGE, access.tarpitTime: OUT_OF_RANGE, access.tarpitMax: OUT_OF_RANGE
                    {address: "1.2.3.4:1", socket: {keepAlive: {idle: 999ms, interval: 1.5s, count: 128}, userTimeout: 25h, fastOpenQueue: 0, fastOpen: true, sendBuffer: 4095B, receiveBuffer: 257MiB, congestionControl: "B b", dscp: 64}, http: {}} | socket.fastOpen: NOT_ALLOWED, socket.keepAlive.idle: OUT_OF_RANGE, socket.keepAlive.interval: OUT_OF_RANGE, socket.keepAlive.count: OUT_OF_RANGE, socket.userTimeout: OUT_OF_RANGE, socket.fastOpenQueue: OUT_OF_RANGE, socket.sendBuffer: OUT_OF_RANGE, socket.receiveBuffer: OUT_OF_RANGE, socket.congestionControl: BAD_NAME, socket.dscp: OUT_OF_RANGE
                    {address: "1.2.3.4:1", socket: {keepAlive: {enabled: false, idle: 5s}}, http: {}} | socket.keepAlive: NOT_ALLOWED
                    {address: "1.2.3.4:1", bandwidth: {connection: {upstream: 1023B, downstream: 101GiB}, listener: {burst: 1MiB}}, tcp: {forward: {cluster: a}}} | bandwidth.connection.upstream: OUT_OF_RANGE, bandwidth.connection.downstream: OUT_OF_RANGE, bandwidth.listener.burst: REQUIRED
                    {address: "1.2.3.4:1", bandwidth: {listener: {upstream: 20MiB, burst: 1048575B}}, http: {}} | bandwidth.listener.burst: OUT_OF_RANGE
                    {address: "1.2.3.4:1", bandwidth: {connection: {upstream: 1023B}}, udp: {perDatagram: {}, forward: {cluster: a}}} | bandwidth.connection: NOT_ALLOWED, bandwidth.connection.upstream: OUT_OF_RANGE
                    {address: "1.2.3.4:1", socket: {noDelay: true, keepAlive: {}, userTimeout: 1s, fastOpenQueue: 1, fastOpen: true, congestionControl: bbr, dscp: 64}, udp: {forward: {cluster: a}}} | socket.noDelay: NOT_ALLOWED, socket.keepAlive: NOT_ALLOWED, socket.userTimeout: NOT_ALLOWED, socket.fastOpenQueue: NOT_ALLOWED, socket.congestionControl: NOT_ALLOWED, socket.fastOpen: NOT_ALLOWED, socket.dscp: OUT_OF_RANGE
                    {address: "1.2.3.4:1", access: {refusal: tarpit, tarpitTime: 1s, tarpitMax: 9}, proxyProtocol: {}, udp: {forward: {cluster: a}}} | proxyProtocol.from: REQUIRED, access.refusal: NOT_ALLOWED, access.tarpitTime: NOT_ALLOWED, access.tarpitMax: NOT_ALLOWED
                    {address: "1.2.3.4:1", tcp: {forward: {cluster: A_b}}} | tcp.forward.cluster: BAD_NAME
                    {address: "1.2.3.4:1", tcp: {forward: {cluster: a}, connectionsMax: 0}} | tcp.connectionsMax: OUT_OF_RANGE
                    {address: "1.2.3.4:1", http: {http2: {streams: 0, streamWindow: 1023, connectionWindow: 65535, headerBlock: 1, settings: 3}}} | http.http2.streams: OUT_OF_RANGE, http.http2.streamWindow: OUT_OF_RANGE, http.http2.connectionWindow: OUT_OF_RANGE, http.http2.headerBlock: OUT_OF_RANGE, http.http2.settings: OUT_OF_RANGE
                    {address: "1.2.3.4:1", http: {http2: {continuations: 1001, resets: 0, pings: 3, emptyFrames: 0, windowUpdates: 15, otherFrames: 15}}} | http.http2.continuations: OUT_OF_RANGE, http.http2.resets: OUT_OF_RANGE, http.http2.pings: OUT_OF_RANGE, http.http2.emptyFrames: OUT_OF_RANGE, http.http2.windowUpdates: OUT_OF_RANGE, http.http2.otherFrames: OUT_OF_RANGE
                    {address: "1.2.3.4:1", udp: {}}                        | udp.forward: REQUIRED
                    {address: "1.2.3.4:1", udp: {forward: {cluster: a}, idleTimeout: 9ms, connectionsMax: 0, perDatagram: {responses: 1001}}} | udp.idleTimeout: OUT_OF_RANGE, udp.connectionsMax: OUT_OF_RANGE, udp.perDatagram.responses: OUT_OF_RANGE
                    {address: "1.2.3.4:1", udp: {forward: {split: [{cluster: b, weight: 0}]}}} | udp.forward.split: NO_WEIGHT
                    {address: "1.2.3.4:1", udp: {forward: {cluster: a, sourceAffinity: {ipv4Prefix: 33}}}} | udp.forward.sourceAffinity.ipv4Prefix: OUT_OF_RANGE
                    {address: "1.2.3.4:1", http: {limits: {headBytes: 1023, headers: 1001, connections: 0}}} | http.limits.headBytes: OUT_OF_RANGE, http.limits.headers: OUT_OF_RANGE, http.limits.connections: OUT_OF_RANGE
                    {address: "1.2.3.4:1", http: {trustedProxies: [10.0.0.1/8, x]}} | http.trustedProxies[0]: BAD_NETWORK, http.trustedProxies[1]: BAD_NETWORK
                    {address: "1.2.3.4:1", http: {}, tls: {}}              | tls.certificates: REQUIRED
                    {address: "1.2.3.4:1", udp: {forward: {cluster: a}}, tls: {certificates: [a]}} | tls: CONFLICT
                    {address: "1.2.3.4:1", http: {}, tls: {certificates: [a, a]}} | tls.certificates[1]: DUPLICATE
                    {address: "1.2.3.4:1", http: {}, tls: {certificates: [a], alpn: [spdy]}} | tls.alpn[0]: UNKNOWN_VALUE
                    {address: "1.2.3.4:1", tcp: {forward: {cluster: a}}, tls: {certificates: [a], alpn: [""]}} | tls.alpn[0]: BAD_PROTOCOL
                    {address: "1.2.3.4:1", http: {}, tls: {certificates: [a], minVersion: 1.1}} | tls.minVersion: UNKNOWN_VALUE
                    {address: "1.2.3.4:1", http: {}, tls: {certificates: [a], minVersion: "1.2", policy: modern}} | tls.minVersion: CONFLICT
                    {address: "1.2.3.4:1", http: {}, tls: {certificates: [a], policy: old}} | tls.policy: UNKNOWN_VALUE
                    {address: "1.2.3.4:1", http: {httpsPort: 0, hstsSubdomains: true}} | http.httpsPort: OUT_OF_RANGE, http.hstsSubdomains: REQUIRED
                    {address: "1.2.3.4:1", nodeSelector: {"a=b": c}, http: {}} | nodeSelector["a=b"]: BAD_LABEL
                    """)
    void refusesListeners(String spec, String problems) {
        assertThat(errors("Listener", spec)).isEqualTo(problems);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {endpoints: [{}]}                                      | endpoints[0].address: REQUIRED
                    {endpoints: [{address: "a"}]}                          | endpoints[0].address: BAD_ADDRESS
                    {endpoints: [{address: "http://a:1"}]}                 | endpoints[0].address: BAD_ADDRESS
                    {endpoints: [], coalesce: {delay: 101ms, bytes: 65KiB}} | coalesce.delay: OUT_OF_RANGE, coalesce.bytes: OUT_OF_RANGE
                    {endpoints: [], transparent: true, sourceAddresses: ["10.0.0.1", "10.0.0.1:5", "::", "10.0.0.1", a.example]} | sourceAddresses: CONFLICT, sourceAddresses[1]: BAD_ADDRESS, sourceAddresses[2]: BAD_ADDRESS, sourceAddresses[3]: DUPLICATE, sourceAddresses[4]: BAD_ADDRESS
                    {endpoints: [], socket: {fastOpenQueue: 1, userTimeout: 9ms, keepAlive: {idle: 32768s}}} | socket.fastOpenQueue: NOT_ALLOWED, socket.keepAlive.idle: OUT_OF_RANGE, socket.userTimeout: OUT_OF_RANGE
                    {endpoints: [{address: "a:0"}]}                        | endpoints[0].address: BAD_ADDRESS
                    {endpoints: [{address: "0.0.0.0:1"}]}                  | endpoints[0].address: BAD_ADDRESS
                    {endpoints: [{address: "A:1"}, {address: "a.:1"}]}     | endpoints[1].address: DUPLICATE
                    {endpoints: [{address: "a:1", weight: 1001}]}          | endpoints[0].weight: OUT_OF_RANGE
                    {tls: {serverName: "a b"}}                             | tls.serverName: BAD_NAME
                    {tls: {ca: "x"}}                                       | tls.ca: BAD_CERTIFICATE
                    {tls: {alpn: [""]}}                                    | tls.alpn[0]: BAD_PROTOCOL
                    {loadBalancer: {}}                                     | loadBalancer: REQUIRED
                    {healthCheck: {}}                                      | healthCheck: REQUIRED
                    {healthCheck: {tcp: {}, interval: 99ms, timeout: 9ms}} | healthCheck.interval: OUT_OF_RANGE, healthCheck.timeout: OUT_OF_RANGE
                    {healthCheck: {tcp: {}, unhealthyAfter: 0, healthyAfter: 101}} | healthCheck.unhealthyAfter: OUT_OF_RANGE, healthCheck.healthyAfter: OUT_OF_RANGE
                    {healthCheck: {http: {path: healthz, host: "a b"}}}    | healthCheck.http.path: BAD_PATH, healthCheck.http.host: BAD_HOST
                    {connectTimeout: 0}                                    | connectTimeout: OUT_OF_RANGE
                    {onChange: drain, drainTimeout: 1ms}                   | drainTimeout: OUT_OF_RANGE
                    {idleConnections: {max: 10001, timeout: 1ms, ready: 101}} | idleConnections.max: OUT_OF_RANGE, idleConnections.timeout: OUT_OF_RANGE, idleConnections.ready: OUT_OF_RANGE
                    {idleConnections: {max: 3, ready: 4}, protocol: h2}    | idleConnections.ready: OUT_OF_RANGE, idleConnections.ready: HTTP1_ONLY
                    """)
    void refusesClusters(String spec, String problems) {
        assertThat(errors("Cluster", spec)).isEqualTo(problems);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {}                                                     | rules[0].name: REQUIRED, rules[0]: REQUIRED
                    {name: A, forward: {cluster: b}}                       | rules[0].name: BAD_NAME
                    {name: a, match: {}, matches: [{}], forward: {cluster: b}} | rules[0].matches: TOO_MANY
                    {name: a, match: {path: {}}, forward: {cluster: b}}    | rules[0].match.path: REQUIRED
                    {name: a, match: {path: {prefix: x}}, forward: {cluster: b}} | rules[0].match.path.prefix: BAD_PATH
                    {name: a, match: {path: {prefix: ""}}, forward: {cluster: b}} | rules[0].match.path.prefix: BAD_PATH
                    {name: a, match: {path: {exact: "/a/../b"}}, forward: {cluster: b}} | rules[0].match.path.exact: BAD_PATH
                    {name: a, match: {path: {exact: "/%41"}}, forward: {cluster: b}} | rules[0].match.path.exact: BAD_PATH
                    {name: a, match: {path: {exact: "/%4"}}, forward: {cluster: b}} | rules[0].match.path.exact: BAD_PATH
                    {name: a, match: {path: {exact: "/a?b=c"}}, forward: {cluster: b}} | rules[0].match.path.exact: BAD_PATH
                    {name: a, match: {path: {exact: "/ä"}}, forward: {cluster: b}} | rules[0].match.path.exact: BAD_PATH
                    {name: a, match: {path: {regex: "/a(?=b)"}}, forward: {cluster: b}} | rules[0].match.path.regex: BAD_REGEX
                    {name: a, match: {path: {regex: "((a{100}){100}){100}"}}, forward: {cluster: b}} | rules[0].match.path.regex: BAD_REGEX
                    {name: a, match: {path: {regex: ""}}, forward: {cluster: b}} | rules[0].match.path.regex: REQUIRED
                    {name: a, match: {methods: [get]}, forward: {cluster: b}} | rules[0].match.methods[0]: BAD_METHOD
                    {name: a, match: {methods: [GET, GET]}, forward: {cluster: b}} | rules[0].match.methods[1]: DUPLICATE
                    {name: a, match: {headers: [{exact: x}]}, forward: {cluster: b}} | rules[0].match.headers[0].name: REQUIRED
                    {name: a, match: {headers: [{name: x}]}, forward: {cluster: b}} | rules[0].match.headers[0]: REQUIRED
                    {name: a, match: {cookies: [{name: "x y", present: true}]}, forward: {cluster: b}} | rules[0].match.cookies[0].name: BAD_NAME
                    {name: a, forward: {}}                                 | rules[0].forward: REQUIRED
                    {name: a, redirect: {}}                                | rules[0].redirect: REQUIRED
                    {name: a, redirect: {status: 300, scheme: ftp, host: "a b", path: x}} | rules[0].redirect.status: OUT_OF_RANGE, rules[0].redirect.scheme: UNKNOWN_VALUE, rules[0].redirect.host: BAD_HOST, rules[0].redirect.path: BAD_PATH
                    {name: a, reply: {status: 199}}                        | rules[0].reply.status: OUT_OF_RANGE
                    {name: a, reply: {status: 204, body: x}}               | rules[0].reply.body: NOT_ALLOWED
                    {name: a, reply: {headers: {"a b": c}}}                | rules[0].reply.headers["a b"]: BAD_HEADER
                    {name: a, reply: {headers: {Content-Length: "5"}}}     | rules[0].reply.headers["Content-Length"]: BAD_HEADER
                    {name: a, reply: {}, retry: {}, timeouts: {}, rewrite: {host: a}, requestHeaders: {}} | rules[0].timeouts: NOT_ALLOWED, rules[0].retry: NOT_ALLOWED, rules[0].requestHeaders: NOT_ALLOWED, rules[0].rewrite: NOT_ALLOWED
                    {name: a, forward: {cluster: b}, retry: {attempts: 6, on: [connect, connect]}} | rules[0].retry.attempts: OUT_OF_RANGE, rules[0].retry.on[1]: DUPLICATE
                    {name: a, forward: {cluster: b}, timeouts: {perTry: 8761h}, retry: {statuses: [200], grpcStatuses: [0], budgetPercent: 101, backoff: 11s}} | rules[0].timeouts.perTry: BAD_DURATION, rules[0].retry.statuses[0]: OUT_OF_RANGE, rules[0].retry.grpcStatuses[0]: OUT_OF_RANGE, rules[0].retry.budgetPercent: OUT_OF_RANGE, rules[0].retry.backoff: OUT_OF_RANGE
                    {name: a, forward: {cluster: b}, requestHeaders: {set: {Host: x}, remove: [te]}} | rules[0].requestHeaders.set["Host"]: BAD_HEADER, rules[0].requestHeaders.remove[0]: BAD_HEADER
                    {name: a, forward: {cluster: b}, responseHeaders: {set: {X: "a\\nb"}}} | rules[0].responseHeaders.set["X"]: BAD_HEADER
                    {name: a, forward: {cluster: b}, responseHeaders: {set: {X: a, x: b}}} | rules[0].responseHeaders.set: DUPLICATE
                    {name: a, forward: {cluster: b}, rewrite: {}}          | rules[0].rewrite: REQUIRED
                    {name: a, forward: {cluster: b}, match: {path: {exact: /a}}, rewrite: {prefix: /}} | rules[0].rewrite.prefix: NOT_ALLOWED
                    """)
    void refusesRules(String rule, String problems) {
        assertThat(errors("Route", "{listeners: [web], rules: [" + rule + "]}"))
                .isEqualTo(problems);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {}                                            | listeners: REQUIRED, rules: REQUIRED
                    {listeners: [a, a, B], rules: [{name: a, reply: {}}]} | listeners[2]: BAD_NAME, listeners[1]: DUPLICATE
                    {listeners: [a], hosts: ["a b", "http://x", "x:80", "*.x.*", "*x", "münchen.de", "X.y", "x.Y."], rules: [{name: a, reply: {}}]} | hosts[0]: BAD_HOST, hosts[1]: BAD_HOST, hosts[2]: BAD_HOST, hosts[3]: BAD_HOST, hosts[4]: BAD_HOST, hosts[5]: BAD_HOST, hosts[7]: DUPLICATE
                    {listeners: [a], rules: [{name: a, reply: {}}, {name: a, reply: {}}]} | rules[1].name: DUPLICATE
                    """)
    void refusesRoutes(String spec, String problems) {
        assertThat(errors("Route", spec)).isEqualTo(problems);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "a-b.c", "a.b", "x1"})
    void takesNames(String name) {
        assertThat(named(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-a", "a-", ".a", "A", "a_b", "a/b", "ä", "a b"})
    void refusesNames(String name) {
        assertThat(named(name)).isEqualTo("name: BAD_NAME");
    }

    @ParameterizedTest
    @ValueSource(strings = {"63", "64"})
    void boundsNames(int length) {
        assertThat(named("a".repeat(length))).isEqualTo(length == 63 ? "" : "name: BAD_NAME");
    }

    private static String named(String name) {
        return errors("kind: Cluster\nname: \"" + name + "\"\nspec: {}");
    }

    @Test
    void warnsOfAgreementsThatCannotBeMade() {
        Problems problems = Problems.collect();
        String cluster = "kind: Cluster\nname: x\nspec: { protocol: auto, endpoints: [] }";
        ResourceCodec.decodeDocuments(cluster.getBytes(UTF_8), Format.YAML, "", problems)
                .forEach(resource -> Rules.check(resource, problems));
        assertThat(problems.errors()).isEmpty();
        assertThat(problems.warnings())
                .extracting(RulesTest::shortForm)
                .containsExactly("protocol: AUTO_IN_CLEAR");
        assertThat(errors("Cluster", "{protocol: auto, tls: {}}")).isEmpty();
    }

    private static String errors(String kind, String spec) {
        return errors("kind: " + kind + "\nname: x\nspec: " + spec);
    }

    /** The errors as {@code field: CODE}, each with a place and a text. */
    private static String errors(String text) {
        Problems problems = Problems.collect();
        ResourceCodec.decodeDocuments(text.getBytes(UTF_8), Format.YAML, "", problems)
                .forEach(resource -> Rules.check(resource, problems));
        assertThat(problems.errors()).allMatch(problem -> problem.source() != null);
        assertThat(problems.errors()).allMatch(problem -> !problem.message().isEmpty());
        return String.join(", ", problems.errors().stream().map(RulesTest::shortForm).toList());
    }

    private static String shortForm(Problem problem) {
        return problem.field() + ": " + problem.code();
    }
}
