package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;

import org.junit.jupiter.api.Test;

class SharedReadBufferTest {
    private final ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
    private final SharedReadBuffer shared = new SharedReadBuffer();

    @Test
    void lendsTheSameBufferOnceItIsReleased() {
        ByteBuf first = shared.lend(allocator);
        first.writeInt(1).skipBytes(2).release();

        ByteBuf second = shared.lend(allocator);

        assertThat(second).isSameAs(first);
        assertThat(second.readableBytes()).isZero();
        assertThat(second.writableBytes()).isEqualTo(SharedReadBuffer.BYTES);
        second.release();
        shared.close();
        assertThat(first.refCnt()).isZero();
    }

    @Test
    void leavesABufferToWhoHoldsASliceOfIt() {
        ByteBuf first = shared.lend(allocator).writeInt(0x01020304);
        ByteBuf slice = first.readRetainedSlice(2);
        first.release();

        ByteBuf second = shared.lend(allocator).writeInt(0x05060708);

        assertThat(second).isNotSameAs(first);
        assertThat(slice.readShort()).isEqualTo((short) 0x0102);
        slice.release();
        assertThat(first.refCnt()).isZero();
        second.release();
        shared.close();
        assertThat(second.refCnt()).isZero();
    }

    @Test
    void isFreeUnlessSomeoneHoldsIt() {
        assertThat(shared.free()).isTrue();
        ByteBuf lent = shared.lend(allocator).writeInt(1);
        ByteBuf slice = lent.readRetainedSlice(2);
        lent.release();
        assertThat(shared.free()).isFalse();
        slice.release();
        assertThat(shared.free()).isTrue();
        shared.close();
    }
}
