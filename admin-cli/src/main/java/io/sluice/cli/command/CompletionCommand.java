package io.sluice.cli.command;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code sluicectl completion}: scripts that let a shell complete commands and options. */
@Command(
        name = "completion",
        sortOptions = false,
        description = {"Print a script that lets your shell complete commands and options.", ""},
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(sluicectl completion bash)                                  # this bash; or"
                    + " in ~/.bashrc",
            "  source <(sluicectl completion zsh)                                   # this zsh; or"
                    + " in ~/.zshrc",
            "  sluicectl completion fish > ~/.config/fish/completions/sluicectl.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private String shell = "";

    CompletionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        CommandLine all = Sluicectl.whole(session);
        switch (shell) {
            // The script of bash turns on bash completion where it runs in a zsh.
            case "bash", "zsh" -> session.terminal().print(AutoComplete.bash("sluicectl", all));
            case "fish" -> session.terminal().print(FishCompletion.of(all));
            default ->
                    throw new CommandException(
                            ExitCode.USAGE,
                            "no completion for \"" + shell + "\": it is one of bash, zsh, fish");
        }
        return ExitCode.OK;
    }
}
