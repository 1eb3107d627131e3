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
 * A test with one body for all that HTTP is carried by: each of four kinds of clients, in front of
 * each of four kinds of upstreams. Takes the {@link Sides} for its {@link Crossing}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(OverEveryHttp.All.class)
@interface OverEveryHttp {
    /** The sixteen. */
    final class All implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            return Arrays.stream(Wire.values())
                    .flatMap(
                            client ->
                                    Arrays.stream(Wire.values())
                                            .map(
                                                    upstream ->
                                                            Arguments.of(
                                                                    new Sides(client, upstream))));
        }
    }
}
