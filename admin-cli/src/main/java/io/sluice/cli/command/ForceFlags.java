package io.sluice.cli.command;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;

/** What a change may do only where the user says so. */
final class ForceFlags {
    @Option(
            names = "--allow-shrink",
            description =
                    "Allow a change that removes more than a fifth of the listeners, routes or"
                            + " endpoints.")
    boolean allowShrink;

    @Option(
            names = "--overwrite-weights",
            description =
                    "Allow it to change weights that \"canary set\" owns; the canary then ends.")
    boolean overwriteWeights;

    String query(boolean dryRun) {
        List<String> parameters = new ArrayList<>();
        if (dryRun) {
            parameters.add("dryRun=true");
        }
        if (allowShrink) {
            parameters.add("allowShrink=true");
        }
        if (overwriteWeights) {
            parameters.add("overwriteWeights=true");
        }
        return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    }
}
