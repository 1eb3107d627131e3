package io.sluice.dataplane.l7.codec.http2;

import static io.sluice.dataplane.l7.codec.http2.HpackTexts.begun;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.message.Ascii;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

final class RepeatedBlockTest {
    private static final HeadLimits LIMITS = new HeadLimits(64 * 1024, 100);
    private static final byte[] BLOCK = {1, 2, 3, 4};
    private static final byte[] WITHIN = {0, 1, 2, 3, 4, 5};

    private final RepeatedBlock last = new RepeatedBlock();
    private final FieldTable table = new FieldTable(4096);

    @Test
    void isTheSameBytes() {
        assertThat(last.is(BLOCK, 0, 0, 0)).isFalse();
        last.begin(BLOCK, 0, 4, 7);
        assertThat(last.is(WITHIN, 1, 5, 8)).isTrue();
        assertThat(last.is(WITHIN, 0, 4, 7)).isFalse();
        assertThat(last.is(BLOCK, 0, 3, 7)).isFalse();
    }

    @Test
    void whatRefersToTheTableIsTheSameWhileThatIs() {
        last.begin(BLOCK, 0, 4, 7);
        last.refers();
        assertThat(last.is(BLOCK, 0, 4, 7)).isTrue();
        assertThat(last.is(BLOCK, 0, 4, 8)).isFalse();
        last.begin(WITHIN, 0, 4, 8);
        assertThat(last.is(WITHIN, 0, 4, 9)).isTrue();
    }

    @Test
    void addsWhatItAdded() {
        last.begin(BLOCK, 0, 4, 7);
        last.adds(6, 1, 1, 0);
        last.beginAgain();
        last.adds(0, 1, 1, 0);
        last.adds(6, 1, 1, 0);
        last.means(decoded(3));
        assertThat(last.repeat(begun(LIMITS), table)).isTrue();
        assertThat(table.count()).isEqualTo(2);
        assertThat(table.size()).isEqualTo(2 * (2 + FieldTable.OVERHEAD_BYTES));
    }

    @Test
    void keepsNeitherManyEntriesNorAnAuthority() {
        last.begin(BLOCK, 0, 4, 7);
        for (int i = 0; i < RepeatedBlock.ADDED_MAX; i++) {
            last.adds(0, 1, 1, 0);
        }
        last.means(decoded(1));
        assertThat(last.repeat(begun(LIMITS), table)).isTrue();
        last.beginAgain();
        for (int i = 0; i <= RepeatedBlock.ADDED_MAX; i++) {
            last.adds(0, 1, 1, 0);
        }
        last.means(decoded(1));
        assertThat(last.repeat(begun(LIMITS), table)).isFalse();
        FieldBlock authority = begun(LIMITS);
        byte[] bytes = HpackTexts.bytes("410161");
        assertThat(new HpackDecoder().decode(bytes, 0, bytes.length, authority)).isTrue();
        last.beginAgain();
        last.adds(0, 10, 1, 0);
        last.means(authority);
        assertThat(last.repeat(begun(LIMITS), table)).isFalse();
    }

    @Test
    void repeatsWhatItWasTold() {
        last.begin(BLOCK, 0, 4, 7);
        assertThat(last.repeat(begun(LIMITS), table)).isFalse();
        last.means(decoded(3));
        FieldBlock out = begun(LIMITS);
        assertThat(last.repeat(out, table)).isTrue();
        assertThat(HpackTexts.lines(out)).isEqualTo(HpackTexts.lines(decoded(3)));
        // What becomes of that is nothing to the next one.
        out.fields().removeAt(0);
        out = begun(LIMITS);
        assertThat(last.repeat(out, table)).isTrue();
        assertThat(HpackTexts.lines(out)).isEqualTo(HpackTexts.lines(decoded(3)));
    }

    @Test
    void anotherBlockMeansSomethingElse() {
        last.begin(BLOCK, 0, 4, 7);
        last.means(decoded(30));
        last.begin(WITHIN, 0, 4, 7);
        assertThat(last.repeat(begun(LIMITS), table)).isFalse();
        last.means(decoded(1));
        FieldBlock out = begun(LIMITS);
        assertThat(last.repeat(out, table)).isTrue();
        assertThat(HpackTexts.lines(out)).isEqualTo(HpackTexts.lines(decoded(1)));
    }

    @Test
    void whatIsMoreThanAllowedIsNotRepeated() {
        last.begin(BLOCK, 0, 4, 7);
        last.means(decoded(3));
        assertThat(last.repeat(begun(new HeadLimits(64 * 1024, 2)), table)).isFalse();
        assertThat(last.repeat(begun(new HeadLimits(100, 100)), table)).isFalse();
        assertThat(last.repeat(begun(new HeadLimits(200, 3)), table)).isTrue();
    }

    @Test
    void keepsNoLongBlocks() {
        byte[] most = new byte[RepeatedBlock.BLOCK_BYTES_MAX];
        last.begin(most, 0, most.length, 0);
        assertThat(last.is(most, 0, most.length, 0)).isTrue();
        byte[] more = new byte[RepeatedBlock.BLOCK_BYTES_MAX + 1];
        last.begin(more, 0, more.length, 0);
        assertThat(last.is(more, 0, more.length, 0)).isFalse();
    }

    @Test
    void keepsNeitherManyFieldsNorLongOnes() {
        assertThat(repeats(decoded(RepeatedBlock.FIELDS_MAX))).isTrue();
        assertThat(repeats(decoded(RepeatedBlock.FIELDS_MAX + 1))).isFalse();
        // a, colon, blank, and the line break
        assertThat(repeats(decoded("0".repeat(RepeatedBlock.FIELD_BYTES_MAX - 5)))).isTrue();
        assertThat(repeats(decoded("0".repeat(RepeatedBlock.FIELD_BYTES_MAX - 4)))).isFalse();
    }

    private boolean repeats(FieldBlock block) {
        last.begin(BLOCK, 0, 4, 7);
        last.means(block);
        return last.repeat(begun(LIMITS), table);
    }

    /** So many fields {@code a: 0}. */
    private static FieldBlock decoded(int count) {
        String[] values = new String[count];
        Arrays.fill(values, "0");
        return decoded(values);
    }

    private static FieldBlock decoded(String... values) {
        FieldBlock block = begun(new HeadLimits(64 * 1024, 1000));
        for (String value : values) {
            int line = block.fields().used();
            byte[] text = Ascii.bytes("a: " + value + "\r\n");
            block.fields().append(text, 0, text.length);
            assertThat(block.admits(1, value.length())).isTrue();
            block.accept(line, 1, FieldTraits.ofName(text, 0, 1), false);
        }
        return block;
    }
}
