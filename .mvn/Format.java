import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks ({@code check}) or mends ({@code write}) the format of every Java file of the modules with google-java-format (AOSP).
 *
 * <p>Run by the build as a process on JDK 25: inside an older Maven JVM the formatter rejects record patterns.
 */
final class Format {
    public static void main(String[] args) throws IOException, InterruptedException {
        boolean check = args[0].equals("check");
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("-jar", args[1], "--aosp"));
        command.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
        for (int i = 2; i < args.length; i++) {
            Path sources = Path.of(args[i], "src");
            if (Files.exists(sources)) {
                try (Stream<Path> files = Files.walk(sources)) {
                    files.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(command::add);
                }
            }
        }
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0 && check) {
            System.err.println("The files above are not formatted; `mvn -Pformat validate` mends them.");
        }
        System.exit(exit);
    }
}
