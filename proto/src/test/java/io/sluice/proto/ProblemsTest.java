package io.sluice.proto;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;

import org.junit.jupiter.api.Test;

class ProblemsTest {
    private final Problems problems = Problems.collect();

    @Test
    void aPathSaysEveryStep() {
        assertThat(problems.path()).isEmpty();
        assertThat(problems.at("rules", 2).at("match").key("a\"b").path())
                .isEqualTo("rules[2].match[\"a\\\"b\"]");
        assertThat(problems.item(3).at("name").path()).isEqualTo("[3].name");
    }

    @Test
    void aResourceIsTheTopOfItsPaths() {
        ResourceKey key = new ResourceKey(Kind.ROUTE, "shop");
        Problems at = problems.at("resources", 7).in(key).at("hosts").item(0);
        at.reject("BAD", "is bad");
        assertThat(problems.errors())
                .containsExactly(new Problem(key, "hosts[0]", "BAD", "is bad", "", null));
    }

    @Test
    void aPlaceIsOfWhatItWasSaidOfOnly() {
        Source place = new Source("routes.yaml", 3, 5);
        Problems spec = problems.at("spec").from(place);
        spec.reject("BAD", "is bad");
        spec.at("hosts").reject("BAD", "is bad");
        assertThat(problems.errors())
                .extracting(Problem::field)
                .containsExactly("spec", "spec.hosts");
        assertThat(problems.errors()).extracting(Problem::source).containsExactly(place, null);
    }
}
