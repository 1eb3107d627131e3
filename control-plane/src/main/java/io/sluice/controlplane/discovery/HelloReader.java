package io.sluice.controlplane.discovery;

import io.sluice.controlplane.rollout.DrainStatement;
import io.sluice.controlplane.rollout.NodeHello;
import io.sluice.controlplane.snapshot.SnapshotVersion;
import io.sluice.proto.Limits;
import io.sluice.proto.discovery.v1.Hello;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Checks a Hello and turns it into what the rollout loop takes. */
final class HelloReader {
    /** Host names are names of nodes. */
    static final int NODE_NAME_CHARS_MAX = 253;

    static final int BOOT_ID_CHARS_MAX = 64;
    static final int FEATURES_MAX = 256;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?");

    private HelloReader() {}

    /** What is wrong with it; empty if nothing is. */
    static Optional<String> refusal(Hello hello) {
        String name = hello.getNode();
        if (name.length() > NODE_NAME_CHARS_MAX || !NAME.matcher(name).matches()) {
            return Optional.of(
                    "the node's name must be letters, digits, '-', '.' and '_', beginning and"
                            + " ending with a letter or digit, at most "
                            + NODE_NAME_CHARS_MAX
                            + " characters");
        }
        if (hello.getBootId().isEmpty() || hello.getBootId().length() > BOOT_ID_CHARS_MAX) {
            return Optional.of("boot_id must have 1 to " + BOOT_ID_CHARS_MAX + " characters");
        }
        if (hello.getLabelsCount() > Limits.SMALL_LABELS_MAX
                || hello.getLabelsMap().entrySet().stream().anyMatch(HelloReader::isTooLong)) {
            return Optional.of(
                    "at most "
                            + Limits.SMALL_LABELS_MAX
                            + " labels, keys of at most "
                            + Limits.LABEL_KEY_CHARS_MAX
                            + " and values of at most "
                            + Limits.LABEL_VALUE_CHARS_MAX
                            + " characters");
        }
        if (hello.getFeaturesCount() > FEATURES_MAX) {
            return Optional.of("at most " + FEATURES_MAX + " features");
        }
        return Optional.empty();
    }

    static NodeHello read(Hello hello, String address, NameCache names) {
        Map<String, String> labels = new TreeMap<>();
        hello.getLabelsMap().forEach((key, value) -> labels.put(names.of(key), names.of(value)));
        Optional<SnapshotVersion> active =
                hello.hasActive()
                        ? Optional.of(WireReader.version(hello.getActive()))
                        : Optional.empty();
        Optional<SnapshotVersion> suspect =
                hello.hasSuspect()
                        ? Optional.of(WireReader.version(hello.getSuspect()))
                        : Optional.empty();
        Optional<DrainStatement> drain =
                hello.hasDrain()
                        ? Optional.of(WireReader.drain(hello.getDrain()))
                        : Optional.empty();
        return new NodeHello(
                hello.getNode(),
                hello.getBootId(),
                Collections.unmodifiableMap(labels),
                address,
                WireReader.text(hello.getAdminAddress()),
                names.of(WireReader.text(hello.getSoftwareVersion())),
                Set.copyOf(hello.getFeaturesList()),
                active,
                suspect,
                drain,
                WireReader.problems(hello.getProblemsList()));
    }

    private static boolean isTooLong(Map.Entry<String, String> label) {
        return label.getKey().length() > Limits.LABEL_KEY_CHARS_MAX
                || label.getValue().length() > Limits.LABEL_VALUE_CHARS_MAX;
    }
}
