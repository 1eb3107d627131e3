package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

class SplicePipesTest {
    @BeforeEach
    void onLinux() {
        assumeThat(Transport.EPOLL.unavailability()).isNull();
    }

    @Test
    void lendsNoMoreThanItsBoundAndAgainWhatComesBack() {
        var pipes = new SplicePipes(3);
        List<SplicePipe> lent = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            lent.add(Objects.requireNonNull(pipes.lend()));
        }
        assertThat(pipes.lend()).isNull();
        pipes.giveBack(lent.removeFirst());
        @Nullable SplicePipe again = pipes.lend();
        assertThat(again).isNotNull();
        lent.add(Objects.requireNonNull(again));
        lent.forEach(pipes::giveBack);
        assertThat(pipes.open()).isEqualTo(3);
        pipes.close();
        assertThat(pipes.open()).isZero();
    }

    @Test
    void keepsFewOpenThatNobodyHas() {
        var pipes = new SplicePipes(SplicePipes.IDLE_MAX + 4);
        List<SplicePipe> lent = new ArrayList<>();
        for (int i = 0; i < SplicePipes.IDLE_MAX + 4; i++) {
            lent.add(Objects.requireNonNull(pipes.lend()));
        }
        lent.forEach(pipes::giveBack);
        assertThat(pipes.open()).isEqualTo(SplicePipes.IDLE_MAX);
        pipes.close();
    }
}
