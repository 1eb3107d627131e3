package io.sluice.proto.resource;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.proto.Limits;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.rules.Rules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Whatever comes in, problems come out, within bounds. */
final class GarbageTest {
    private static final String SEEDS = "{}[]:,-#&*!|>'\"%@`\\\n\t \u0000az09\u00ff.~?";

    @ParameterizedTest
    @EnumSource(Format.class)
    void neverThrows(Format format) {
        Random random = new Random(4);
        for (int round = 0; round < 4_000; round++) {
            byte[] text = mutated(random, format);
            Problems problems = Problems.collect();
            List<Resource> resources = ResourceCodec.decodeDocuments(text, format, "f", problems);
            resources.forEach(resource -> Rules.check(resource, problems));
            ResourceSet.of(resources).checkPartial(problems);
            for (Resource resource : resources) {
                if (!problems.hasErrors()) {
                    roundTrip(resource);
                }
            }
            assertThat(problems.errors()).allMatch(problem -> !problem.toString().isEmpty());
        }
    }

    @Test
    void everyStringSurvivesYamlAndJson() {
        Random random = new Random(5);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(12);
            for (int i = 0; i < length; i++) {
                boolean seed = random.nextInt(4) > 0;
                int c =
                        seed
                                ? SEEDS.charAt(random.nextInt(SEEDS.length()))
                                : random.nextInt(0x11000);
                text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? 'x' : c);
            }
            String value = text.toString();
            TextNode node =
                    TextNode.of(List.of(Map.of(value, List.of(value, "x")), Map.of("k", value)));
            for (Format format : Format.values()) {
                String written = format == Format.YAML ? node.toYaml() : node.toJson();
                Problems problems = Problems.collect();
                List<TextNode> read = TextNode.parse(written.getBytes(UTF_8), format, "", problems);
                assertThat(problems.errors()).as(written).isEmpty();
                assertThat(read.getFirst().toCompactJson())
                        .as(written)
                        .isEqualTo(node.toCompactJson());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void boundsDepth(Format format) {
        Problems problems = Problems.collect();
        TextNode.parse("[".repeat(1_000_000).getBytes(UTF_8), format, "", problems);
        assertThat(problems.errors())
                .extracting(Problem::code)
                .containsAnyOf("TOO_DEEP", "SYNTAX")
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "'", "\"", "|\n ", "#", "&"})
    @Timeout(60) // it took minutes while a token cost more than its length
    void takesHugeTokens(String start) {
        String text = start + "a".repeat(8_000_000);
        Problems problems = Problems.collect();
        TextNode.parse(text.getBytes(UTF_8), Format.YAML, "", problems);
        assertThat(problems.errors()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void boundsBytes() {
        Problems problems = Problems.collect();
        byte[] text = new byte[Limits.TEXT_BYTES_MAX + 1];
        assertThat(TextNode.parse(text, Format.YAML, "", problems)).isEmpty();
        assertThat(problems.errors()).extracting(Problem::code).containsExactly("TOO_LARGE");
    }

    @Test
    void namesThePlaceWhereUtf8Ends() {
        Problems problems = Problems.collect();
        byte[] text = "a: b\nc: d?".getBytes(UTF_8);
        text[9] = (byte) 0xff;
        TextNode.parse(text, Format.YAML, "f.yaml", problems);
        assertThat(problems.errors().getFirst())
                .hasToString("f.yaml:2:5: the text is not UTF-8 here");
    }

    private static byte[] mutated(Random random, Format format) {
        byte[] text =
                format == Format.YAML
                        ? ResourceCodecTest.ALL_KINDS.getBytes(UTF_8)
                        : ResourceCodec.encodeJson(
                                        ResourceCodecTest.decode(ResourceCodecTest.ALL_KINDS)
                                                .get(random.nextInt(4)),
                                        Extras.NONE)
                                .getBytes(UTF_8);
        int changes = random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length);
            int length = Math.min(random.nextInt(20), text.length - at);
            switch (random.nextInt(4)) {
                case 0 -> text[at] = (byte) random.nextInt(256);
                case 1 -> text[at] = (byte) SEEDS.charAt(random.nextInt(SEEDS.length()));
                case 2 ->
                        System.arraycopy(
                                text, at, text, random.nextInt(text.length - length + 1), length);
                default -> text = Arrays.copyOf(text, Math.max(1, at));
            }
        }
        return text;
    }

    private static void roundTrip(Resource resource) {
        String yaml = ResourceCodec.encodeYaml(resource, Extras.NONE);
        assertThat(ResourceCodecTest.decode(yaml)).as(yaml).containsExactly(resource);
    }
}
