package io.sluice.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Who may import whom: command, then client | output, then json; and what would slow the start
 * down.
 */
@AnalyzeClasses(packages = "io.sluice.cli", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String ROOT = "io.sluice.cli.";

    @ArchTest
    static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES =
            slices().matching("io.sluice.cli.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule CLIENT_AND_OUTPUT_ARE_SIBLINGS =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "client..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(ROOT + "output..", ROOT + "command..")
                    .because("how the control plane is asked has nothing to do with what is shown");

    @ArchTest
    static final ArchRule OUTPUT_KNOWS_NO_SERVER =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "output..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(ROOT + "client..", ROOT + "command..")
                    .because("what is shown has nothing to do with how it was asked for");

    @ArchTest
    static final ArchRule PICOCLI_ONLY_IN_COMMANDS =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + "command..")
                    .and()
                    .resideInAPackage("io.sluice.cli..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("picocli..")
                    .because("only commands are words on a line");

    @ArchTest
    static final ArchRule JACKSON_ONLY_AT_THE_TEXT =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(ROOT + "json..", ROOT + "client..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.fasterxml.jackson..")
                    .because("everything above works on the tree");

    @ArchTest
    static final ArchRule NO_PROTOBUF =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "com.google.protobuf..", "io.grpc..", "io.sluice.proto.resource.v1..")
                    .because("resources are trees here; their rules are proto's own business");

    @ArchTest
    static final ArchRule SLOW_STARTERS_ARE_LEFT_OUT =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.net.http..", "com.fasterxml.jackson.databind..")
                    .because("each alone costs more than a sluicectl get may take");

    @ArchTest
    static final ArchRule ONLY_OPTIONS_READ_THE_PROCESS =
            noClasses()
                    .that()
                    .haveSimpleNameNotEndingWith("Options")
                    .should()
                    .callMethod(System.class, "getenv")
                    .orShould()
                    .callMethod(System.class, "getProperty", String.class)
                    .because("everything else gets it handed in, and so do tests");
}
