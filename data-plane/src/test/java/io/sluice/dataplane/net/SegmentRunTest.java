package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentRunTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final SegmentRun run = new SegmentRun();

    @AfterEach
    void everythingIsReleased() {
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void takesThoseOfOneSizeAndAShorterOneAsTheLast() {
        begin(100);
        assertThat(add(100)).isTrue();
        assertThat(add(101)).isFalse();
        assertThat(add(0)).isFalse();
        assertThat(add(100)).isTrue();
        assertThat(add(99)).isTrue();
        assertThat(add(99)).isFalse();
        assertThat(add(1)).isFalse();
        assertThat(run.count()).isEqualTo(4);
        assertThat(run.segmentBytes()).isEqualTo(100);
        assertThat(taken()).isEqualTo(399);
        assertThat(run.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 64", "1000, 64", "1472, 44", "32753, 2", "32754, 1", "65507, 1", "65527, 1"})
    void takesNoMoreThanTheKernelDoes(int bytes, int count) {
        for (int i = 0; i < 2; i++) {
            begin(bytes);
            int taken = 1;
            while (add(bytes)) {
                taken++;
            }
            assertThat(taken).isEqualTo(count).isEqualTo(run.count());
            assertThat(taken()).isEqualTo(count * bytes);
        }
    }

    @Test
    void oneThatIsToBeAloneIs() {
        ByteBuf datagram = Unpooled.wrappedBuffer(new byte[10]);
        run.begin(allocator, datagram, true);
        assertThat(add(10)).isFalse();
        assertThat(taken()).isEqualTo(10);
        assertThat(datagram.readableBytes()).isEqualTo(10);
        assertThat(add(10)).isFalse();
    }

    private void begin(int bytes) {
        run.begin(allocator, Unpooled.wrappedBuffer(new byte[bytes]), false);
    }

    private boolean add(int bytes) {
        return run.add(Unpooled.wrappedBuffer(new byte[bytes]));
    }

    private int taken() {
        ByteBuf taken = run.take();
        int bytes = taken.readableBytes();
        taken.release();
        return bytes;
    }
}
