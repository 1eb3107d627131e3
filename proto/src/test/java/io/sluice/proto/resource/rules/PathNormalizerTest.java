package io.sluice.proto.resource.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

final class PathNormalizerTest {
    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a, /a",
        "/a/, /a/",
        "/a/b/c, /a/b/c",
        "/a/./b, /a/b",
        "/a/., /a/",
        "/a/.., /",
        "/a/../, /",
        "/a/b/../c, /a/c",
        "/a/b/.., /a/",
        "/a//b, /a//b",
        "/a//../b, /a/b",
        "//, //",
        "/%61, /a",
        "/%7Euser, /~user",
        "/a%2fb, /a%2Fb",
        "/a%2Fb, /a%2Fb",
        "/a/%2e%2E/b, /b",
        "/a/%2e/b, /a/b",
        "/..., /...",
        "/.a, /.a",
        "/..a/b, /..a/b",
        "/%c3%a9, /%C3%A9",
        "/a%20b, /a%20b",
    })
    void hasOneFormPerPath(String path, String normal) {
        assertThat(normalize(path)).isEqualTo(normal);
        assertThat(normalize(normal)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/../",
                "/../a",
                "/a/../..",
                "/a/../../b",
                "/%2e%2e/a",
                "/%",
                "/%4",
                "/%zz",
                "/a%2",
                "/a/%g0",
                "/./.."
            })
    void refusesBadEscapesAndWhatLeavesTheRoot(String path) {
        assertThat(normalize(path)).isEqualTo("BAD");
    }

    private static String normalize(String path) {
        byte[] source = path.getBytes(StandardCharsets.ISO_8859_1);
        byte[] target = new byte[source.length];
        int length = PathNormalizer.normalize(source, 0, source.length, target, 0);
        return length == PathNormalizer.BAD
                ? "BAD"
                : new String(target, 0, length, StandardCharsets.ISO_8859_1);
    }
}
