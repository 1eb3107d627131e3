package io.sluice.controlplane;

import io.sluice.controlplane.storage.StorageException;
import io.sluice.proto.options.ProgramOptions;
import io.sluice.proto.options.Signals;
import io.sluice.proto.options.StartFailure;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/**
 * The program {@code sluice-control-plane}. Ends with 0 after a signal, 64 on wrong usage, 1 if it
 * cannot start.
 */
@Command(
        name = "sluice-control-plane",
        mixinStandardHelpOptions = true,
        description = "Stores the configuration of a Sluice fleet and streams it to the nodes.",
        footer = {
            "",
            "Each option can be a flag, a variable, or a key in the file of --config; the first of"
                    + " these that is set counts.",
            "Exit codes: 0 stopped by a signal, 1 cannot start, 64 wrong usage."
        })
public final class Main implements Callable<Integer> {
    private final InstantSource clock = InstantSource.system();

    @Mixin private final ControlPlaneOptions.Flags flags = new ControlPlaneOptions.Flags();

    public static void main(String[] arguments) {
        System.exit(ProgramOptions.run(new Main(), "SLUICE_CONTROL_PLANE", arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        ControlPlaneOptions options = flags.options();
        CountDownLatch stopped = new CountDownLatch(1);
        Signals.handle(
                stopped::countDown, () -> Runtime.getRuntime().halt(ProgramOptions.EXIT_FAILURE));
        try (ControlPlane _ = ControlPlane.start(options, clock)) {
            stopped.await();
        } catch (StorageException e) {
            throw new StartFailure(e.sentence(), e);
        }
        return 0;
    }

    @Command(
            name = "backup",
            mixinStandardHelpOptions = true,
            description = {
                "Writes the whole store to one file, private keys included: resources and history.",
                "Works while the control plane runs, and while it does not."
            })
    int backup(@Parameters(paramLabel = "FILE", description = "Replaced if it exists") Path file) {
        return Offline.run(() -> Offline.backup(flags.options(), file, clock));
    }

    @Command(
            name = "restore",
            mixinStandardHelpOptions = true,
            description = {
                "Fills a store from a backup, while no control plane runs on it.",
                "The backup is checked to its end before anything is touched."
            })
    int restore(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(
                            names = "--force",
                            description =
                                    "Replace a database that is there; the old file is kept aside")
                    boolean force) {
        return Offline.run(() -> Offline.restore(flags.options(), file, force, clock));
    }
}
