package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.concurrent.Callable;

/** {@code sluicectl delete}: takes resources away, all of them or none. */
@Command(
        name = "delete",
        sortOptions = false,
        description = {
            "Delete resources as one change, and wait until they are gone from all nodes. Never"
                    + " asks.",
            "",
            "What something else still refers to is not deleted; the answer says who refers to it.",
            "\"sluicectl rollback\" brings deleted resources back.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl delete route shop",
            "  sluicectl delete clusters checkout-v1 checkout-v2 -m \"v3 took over\"",
            "  sluicectl delete -f shop.yaml"
        })
final class DeleteCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "KIND",
            description = "listener, route, cluster or certificate; singular or plural.")
    private @Nullable String kind;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "NAME",
            description = "Which, such as shop.")
    private List<String> names = List.of();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "PATH",
            description =
                    "Delete what is in this file, directory or - instead, such as -f shop.yaml.")
    private List<String> files = List.of();

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "Why, for the history, such as -m \"v3 took over\".")
    private String message = "";

    @Option(
            names = "--dry-run",
            description = "Let the control plane check it and say what would go; delete nothing.")
    private boolean dryRun;

    @Mixin private final WaitFlags wait = new WaitFlags();

    @Mixin private final ForceFlags force = new ForceFlags();

    DeleteCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Json> operations = keys().stream().map(ChangeSets::delete).toList();
        Json answer =
                session.client()
                        .post(
                                "/api/v1/changesets" + force.query(dryRun),
                                ChangeSets.of(message, operations));
        ChangeReport report = new ChangeReport(session);
        return dryRun ? report.dryRun(answer) : report.finish(answer, wait);
    }

    private List<ResourceKey> keys() {
        if (files.isEmpty() == (kind == null)) {
            throw new CommandException(
                    ExitCode.USAGE, "delete takes either KIND NAME... or -f PATH");
        }
        if (kind == null) {
            return fromFiles();
        }
        Kind wanted = Resources.kind(kind);
        if (names.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "which " + wanted.singular() + "? delete " + wanted.singular() + " NAME...");
        }
        return names.stream().map(name -> new ResourceKey(wanted, name)).toList();
    }

    private List<ResourceKey> fromFiles() {
        FileFlags flags = new FileFlags();
        flags.files = files;
        return flags.read(session, ExitCode.ERROR).documents().stream()
                .map(document -> document.resource().key())
                .toList();
    }
}
