package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.l7.stream.WireConnection.Wire;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A test with one body for all that HTTP is carried by: four kinds of clients, in front of
 * upstreams of both versions. Takes the {@link Sides} for its {@link Crossing}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(OverEveryHttp.All.class)
@interface OverEveryHttp {
    /** Every client with both upstreams; and TLS to upstreams, which changes less. */
    final class All implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            Stream<Sides> eight =
                    Arrays.stream(Wire.values())
                            .flatMap(
                                    client ->
                                            Stream.of(Wire.H1, Wire.H2C)
                                                    .map(upstream -> new Sides(client, upstream)));
            Stream<Sides> two =
                    Stream.of(new Sides(Wire.H2_TLS, Wire.H1_TLS), new Sides(Wire.H1, Wire.H2_TLS));
            return Stream.concat(eight, two).map(Arguments::of);
        }
    }
}
