package io.sluice.proto;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What is true of configuration on both sides of the wire depends on nothing but itself. */
@AnalyzeClasses(packages = "io.sluice.proto", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String ROOT = "io.sluice.proto";

    @ArchTest
    static final ArchRule HAND_WRITTEN_CODE_KNOWS_NO_TRANSPORT =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            ROOT, ROOT + ".resource", ROOT + ".resource.rules", ROOT + ".options")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.grpc..",
                            "io.netty..",
                            "io.vertx..",
                            "java.sql..",
                            "java.net.http..")
                    .because("the CLI validates offline with it");

    @ArchTest
    static final ArchRule RESOURCES_KNOW_NO_NODE_PROTOCOL =
            noClasses()
                    .that()
                    .resideInAnyPackage(ROOT + ".resource", ROOT + ".resource.rules")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT + ".discovery..")
                    .because(
                            "how resources travel is decided by the two ends, not by what they"
                                    + " are");

    @ArchTest
    static final ArchRule OPTIONS_ALONE_READ_THE_ENVIRONMENT =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + ".options")
                    .should()
                    .callMethod(System.class, "getenv", String.class)
                    .orShould()
                    .callMethod(System.class, "getenv")
                    .orShould()
                    .callMethod(System.class, "getProperty", String.class)
                    .because("rules give the same answer on every machine");

    @ArchTest
    static final ArchRule COMMAND_LINES_ARE_FOR_OPTIONS =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + ".options")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("picocli..")
                    .because("a rule does not know who asks");
}
