package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import io.sluice.proto.Cidr;
import io.sluice.proto.IpText;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class NetworkTrieTest {
    private static final NetworkTrie TRIE =
            new NetworkTrie.Builder()
                    .put("10.0.0.0/8", 1)
                    .put("10.1.0.0/16", 2)
                    .put("10.1.2.3", 3)
                    .put("192.0.2.128/25", 4)
                    .put("2001:db8::/32", 5)
                    .put("2001:db8:0:1::/64", 6)
                    .put("::1", 7)
                    .put("10.1.0.0/16", 8)
                    .build();

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 1",
        "10.1.0.1, 2",
        "10.1.2.3, 3",
        "10.1.2.2, 2",
        "11.0.0.0, -1",
        "192.0.2.127, -1",
        "192.0.2.128, 4",
        "::ffff:10.1.2.3, 3",
        "2001:db8:1::1, 5",
        "2001:db8:0:1:ffff::, 6",
        "::1, 7",
        "::2, -1",
        "0.0.0.1, -1",
        "::, -1"
    })
    void findsTheLongestPrefix(String address, int value) {
        assertThat(TRIE.find(bytes(address))).isEqualTo(value);
    }

    @Test
    void holdsEverythingOfOneFamilyByAPrefixOfNothing() {
        NetworkTrie four = NetworkTrie.of(List.of("0.0.0.0/0"));
        assertThat(four.contains(bytes("255.1.2.3"))).isTrue();
        assertThat(four.contains(bytes("::ffff:1.2.3.4"))).isTrue();
        assertThat(four.contains(bytes("::1"))).isFalse();
        NetworkTrie six = NetworkTrie.of(List.of("::/0"));
        assertThat(six.contains(bytes("ffff::1"))).isTrue();
        assertThat(six.contains(bytes("1.2.3.4"))).isFalse();
        assertThat(NetworkTrie.EMPTY.contains(bytes("1.2.3.4"))).isFalse();
    }

    /** Ten thousand networks of both families, against the plain comparison with each. */
    @Test
    void agreesWithLookingAtEveryNetwork() {
        Random random = new Random(7);
        List<String> texts = new ArrayList<>();
        var builder = new NetworkTrie.Builder();
        for (int i = 0; i < 10_000; i++) {
            String text = network(random);
            builder.put(text, i);
            texts.add(text);
        }
        NetworkTrie trie = builder.build();
        List<Cidr> cidrs = texts.stream().map(text -> Cidr.parse(text).orElseThrow()).toList();
        int held = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] address = address(random, 6);
            int best = NetworkTrie.NONE;
            for (int each = 0; each < cidrs.size(); each++) {
                if (cidrs.get(each).contains(address)
                        && (best == NetworkTrie.NONE || bits(texts, each) > bits(texts, best))) {
                    best = each;
                }
            }
            assertThat(trie.find(address)).as(IpText.format(address)).isEqualTo(best);
            held += best == NetworkTrie.NONE ? 0 : 1;
        }
        assertThat(held).isBetween(200, 1_990);
    }

    private static int bits(List<String> texts, int index) {
        String text = texts.get(index);
        return Integer.parseInt(text.substring(text.indexOf('/') + 1));
    }

    // Few different leading bytes, so that prefixes nest.
    private static byte[] address(Random random, int heads) {
        byte[] address = new byte[random.nextInt(3) == 0 ? 16 : 4];
        random.nextBytes(address);
        address[0] = (byte) (32 + random.nextInt(heads));
        address[1] &= 3;
        address[2] &= 15;
        return address;
    }

    private static String network(Random random) {
        byte[] address = address(random, 4);
        int bits = 8 + random.nextInt(address.length * 8 - 7);
        for (int bit = bits; bit < address.length * 8; bit++) {
            address[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return IpText.format(address) + "/" + bits;
    }

    private static byte[] bytes(String address) {
        return requireNonNull(IpText.parse(address));
    }
}
