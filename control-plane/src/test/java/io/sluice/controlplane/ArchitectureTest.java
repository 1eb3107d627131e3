package io.sluice.controlplane;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may import whom: api | discovery, then rollout, then snapshot | fleet, then storage. */
@AnalyzeClasses(packages = "io.sluice.controlplane", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String ROOT = "io.sluice.controlplane.";

    @ArchTest
    static final ArchRule STORAGE_IS_AT_THE_BOTTOM =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "storage..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            ROOT + "snapshot..",
                            ROOT + "fleet..",
                            ROOT + "rollout..",
                            ROOT + "api..",
                            ROOT + "discovery..")
                    .because("the store knows resources and revisions, not who gets them");

    @ArchTest
    static final ArchRule SNAPSHOT_AND_FLEET_ARE_SIBLINGS =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "snapshot..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            ROOT + "fleet..",
                            ROOT + "rollout..",
                            ROOT + "api..",
                            ROOT + "discovery..")
                    .because("what a node should have is computed without knowing what it has");

    @ArchTest
    static final ArchRule FLEET_KNOWS_NO_DOORS =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "fleet..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            ROOT + "snapshot..",
                            ROOT + "rollout..",
                            ROOT + "api..",
                            ROOT + "discovery..")
                    .because("the actual state is reported to it and read from it");

    @ArchTest
    static final ArchRule ROLLOUT_KNOWS_NO_DOORS =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "rollout..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(ROOT + "api..", ROOT + "discovery..")
                    .because("doors post events to it and follow what it decides");

    @ArchTest
    static final ArchRule DOORS_ARE_SIBLINGS =
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "api..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(ROOT + "discovery..")
                    .because("the operator's door and the nodes' door do not know each other");

    @ArchTest
    static final ArchRule GRPC_STAYS_AT_ITS_DOOR =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + "discovery..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.grpc..")
                    .because("the node protocol's transport is a matter of one package");

    @ArchTest
    static final ArchRule VERTX_STAYS_AT_ITS_DOOR =
            noClasses()
                    .that(areOutsideOf(ROOT + "api", ROOT + "ControlPlane"))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.vertx..")
                    .because(
                            "REST's transport is a matter of one package; ControlPlane only builds"
                                    + " it");

    @ArchTest
    static final ArchRule SQL_STAYS_IN_STORAGE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + "storage..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.sql..", "javax.sql..", "org.h2..", "com.zaxxer..")
                    .because("everything else reads an immutable state");

    @ArchTest
    static final ArchRule SLEEPING_DECIDES_NOTHING =
            noClasses()
                    .should()
                    .callMethod(Thread.class, "sleep", long.class)
                    .because(
                            "whatever waits has a condition, a timer or a clock that tests can"
                                    + " hold");

    @ArchTest
    static final ArchRule ENVIRONMENT_IS_READ_ONCE =
            noClasses()
                    .that(areOutsideOf(ROOT + "ControlPlaneOptions", ROOT + "Main"))
                    .should()
                    .callMethod(System.class, "getenv", String.class)
                    .orShould()
                    .callMethod(System.class, "getenv")
                    .because("options are read once, into a record");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.sluice.controlplane.(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("a cycle is two packages that are one");

    private static DescribedPredicate<JavaClass> areOutsideOf(String... prefixes) {
        return DescribedPredicate.describe(
                "are outside of " + String.join(", ", prefixes),
                type -> java.util.Arrays.stream(prefixes).noneMatch(type.getName()::startsWith));
    }
}
