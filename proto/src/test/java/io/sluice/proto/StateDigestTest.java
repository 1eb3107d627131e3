package io.sluice.proto;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;

import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.resource.v1.EndpointConfig;

import org.junit.jupiter.api.Test;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

final class StateDigestTest {
    @Test
    void isWhatTheSchemaSays() throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        byte[] body = sha.digest("body".getBytes(UTF_8));
        sha.update(HexFormat.of().parseHex("00000005"));
        sha.update("route".getBytes(UTF_8));
        sha.update(HexFormat.of().parseHex("00000004"));
        sha.update("shop".getBytes(UTF_8));
        sha.update(body);
        assertThat(StateDigest.of(List.of(entry("route", "shop", "body")))).isEqualTo(sha.digest());
    }

    @Test
    void doesNotDependOnTheOrderButOnEveryPart() {
        Entry a = entry("route", "a", "1");
        Entry b = entry("route", "b", "1");
        byte[] both = StateDigest.of(List.of(a, b));
        assertThat(StateDigest.of(List.of(b, a))).isEqualTo(both);
        assertThat(StateDigest.of(List.of(a))).isNotEqualTo(both);
        assertThat(StateDigest.of(List.of(a, entry("route", "b", "2")))).isNotEqualTo(both);
        assertThat(StateDigest.of(List.of(entry("rout", "ea", "1"), b))).isNotEqualTo(both);
    }

    @Test
    void equalMessagesGiveEqualBytes() {
        EndpointConfig one =
                EndpointConfig.newBuilder().putLabels("a", "1").putLabels("b", "2").build();
        EndpointConfig other =
                EndpointConfig.newBuilder().putLabels("b", "2").putLabels("a", "1").build();
        assertThat(StateDigest.deterministic(one)).isEqualTo(StateDigest.deterministic(other));
    }

    private static Entry entry(String kind, String name, String body) {
        Entry entry =
                Entry.newBuilder()
                        .setKind(kind)
                        .setName(name)
                        .setBody(ByteString.copyFromUtf8(body))
                        .build();
        return entry.toBuilder().setDigest(ByteString.copyFrom(StateDigest.ofBody(entry))).build();
    }
}
