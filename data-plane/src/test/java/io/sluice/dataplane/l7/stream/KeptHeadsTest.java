package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;

import org.junit.jupiter.api.Test;

final class KeptHeadsTest {
    private final KeptHeads heads = new KeptHeads();

    private static RequestHead head(String path, int fields) {
        var head = new RequestHead();
        byte[] bytes = Ascii.bytes("GET" + path);
        head.begin(bytes, bytes.length);
        head.method(0, 3);
        head.path(3, bytes.length);
        for (int i = 0; i < fields; i++) {
            head.fields().add(HeaderName.VIA, Ascii.bytes("v" + i));
        }
        return head;
    }

    private static void looksLike(RequestHead copy, RequestHead head) {
        assertThat(copy.method()).isEqualTo(head.method());
        assertThat(copy.path()).isEqualTo(head.path());
        assertThat(copy.fields().size()).isEqualTo(head.fields().size());
        for (int i = 0; i < head.fields().size(); i++) {
            assertThat(copy.fields().nameText(i)).isEqualTo(head.fields().nameText(i));
            assertThat(copy.fields().valueText(i)).isEqualTo(head.fields().valueText(i));
        }
    }

    @Test
    void aCopyIsUsedAgainWhateverItHeld() {
        RequestHead few = head("/a", 1);
        RequestHead copy = heads.copy(few);
        few.bytes()[4] = 'x';
        assertThat(copy.path()).isEqualTo("/a");
        heads.giveBack(copy);
        RequestHead many = head("/" + "b".repeat(500), 100);
        assertThat(heads.copy(many)).isSameAs(copy);
        looksLike(copy, many);
        copy.fields().add(HeaderName.VIA, Ascii.bytes("another"));
        assertThat(many.fields().size()).isEqualTo(100);
        heads.giveBack(copy);
        looksLike(heads.copy(few), few);
        assertThat(copy.fields().contains(HeaderName.VIA)).isTrue();
        assertThat(copy.fields().contains(HeaderName.TE)).isFalse();
    }

    @Test
    void aCopyInUseIsNobodyElses() {
        RequestHead head = head("/", 0);
        assertThat(heads.copy(head)).isNotSameAs(heads.copy(head));
    }

    @Test
    void theCopyOfALargeOneIsNotKept() {
        RequestHead small = head("/", 0);
        RequestHead large = head("/" + "b".repeat(5_000), 0);
        assertThat(KeptHeads.takesBack(small)).isTrue();
        assertThat(KeptHeads.takesBack(large)).isFalse();
        RequestHead copy = heads.copy(small);
        heads.giveBack(copy);
        looksLike(heads.copy(large), large);
        // That took none of the spare ones.
        assertThat(heads.copy(small)).isSameAs(copy);
    }

    @Test
    void aCopyThatEditsHaveMadeLargeIsNotKept() {
        RequestHead small = head("/", 0);
        RequestHead copy = heads.copy(small);
        copy.fields().add(HeaderName.VIA, new byte[9_000]);
        heads.giveBack(copy);
        RequestHead next = heads.copy(small);
        assertThat(next).isNotSameAs(copy);
        looksLike(next, small);
    }
}
