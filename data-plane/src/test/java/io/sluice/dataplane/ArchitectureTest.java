package io.sluice.dataplane;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who may import whom in the data plane, and what only some may do. */
@AnalyzeClasses(
        packages = "io.sluice.dataplane",
        importOptions = ArchitectureTest.ProductionOnly.class)
final class ArchitectureTest {
    private static final Pattern TESTS = Pattern.compile(".*/test(-classes)?/io/sluice/.*");
    private static final String ROOT = "io.sluice.dataplane.";

    /** From the doors down to the loops; what stands together does not know each other. */
    private static final List<List<String>> LAYERS =
            List.of(
                    List.of("discovery", "admin"),
                    List.of("snapshot"),
                    List.of("listener"),
                    List.of("l7", "l4"),
                    List.of("cluster"),
                    List.of("tls"),
                    List.of("telemetry"),
                    List.of("net"));

    private static final List<List<String>> L7 =
            List.of(
                    List.of("stream"),
                    List.of("route"),
                    List.of("filter"),
                    List.of("codec"),
                    List.of("message"));

    private static final List<List<String>> CLUSTER =
            List.of(List.of("balancer", "health", "pool", "resolve"), List.of("endpoint"));

    @ArchTest
    static final ArchRule THE_FLOWS_GO_DOWN =
            layered(ROOT, LAYERS)
                    .because(
                            "a request, a change and a statistic each pass the packages in one"
                                    + " direction");

    @ArchTest
    static final ArchRule A_REQUEST_GOES_DOWN =
            layered(ROOT + "l7.", L7)
                    .because(
                            "a stream uses routes, routes filters, and a codec knows none of them");

    @ArchTest
    static final ArchRule A_CLUSTER_USES_ITS_PARTS =
            layered(ROOT + "cluster.", CLUSTER)
                    .because(
                            "policies, checks, pools and look-ups are chosen by the cluster, not by"
                                    + " each other");

    @ArchTest
    static final ArchRule PARTS_DO_NOT_KNOW_THEIR_CLUSTER =
            noClasses()
                    .that()
                    .resideInAnyPackage(inside(ROOT + "cluster.", CLUSTER))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.sluice.dataplane.cluster")
                    .because("a part that knows the whole cannot be used or tested without it");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.sluice.dataplane.(*)..")
                    .should()
                    .beFreeOfCycles()
                    .because("a cycle is two packages that are one");

    @ArchTest
    static final ArchRule THE_WIRE_STAYS_OUT =
            noClasses()
                    .that(
                            are(
                                    "outside of discovery and the compilers",
                                    type -> !isIn(type, "discovery") && !isCompiler(type)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.sluice.proto.resource.v1..", "io.sluice.proto.discovery.v1..")
                    .because(
                            "live objects are built of compiled specs; a schema change must end at"
                                    + " the compiler");

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
    static final ArchRule NETTYS_HTTP_STAYS_AT_THE_ADMIN_DOOR =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(ROOT + "admin..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.netty.handler.codec.http..")
                    .because("it costs as much per request as all the rest of the hot path");

    @ArchTest
    static final ArchRule ENVIRONMENT_IS_READ_ONCE =
            noClasses()
                    .should()
                    .callMethod(System.class, "getenv", String.class)
                    .orShould()
                    .callMethod(System.class, "getenv")
                    .orShould()
                    .callMethod(System.class, "getProperty", String.class)
                    .because("options are read once, into a record, by io.sluice.proto.options");

    @ArchTest
    static final ArchRule SLEEPING_DECIDES_NOTHING =
            noClasses()
                    .should()
                    .callMethod(Thread.class, "sleep", long.class)
                    .because(
                            "whatever waits has a condition, a timer or a clock that tests can"
                                    + " hold");

    @ArchTest
    static final ArchRule CLOCKS_ARE_HANDED_IN =
            noClasses()
                    .that(
                            are(
                                    "outside of Node and EventLoops",
                                    type ->
                                            !isNamed(type, "Node")
                                                    && !isNamed(type, "net.EventLoops")))
                    .should()
                    .callMethod(Instant.class, "now")
                    .orShould()
                    .callMethod(Instant.class, "now", Clock.class)
                    .orShould()
                    .callMethod(System.class, "nanoTime")
                    .orShould()
                    .callMethod(System.class, "currentTimeMillis")
                    .because("a test that cannot set the clock has to sleep");

    @ArchTest
    static final ArchRule NAMES_ARE_LOOKED_UP_OFF_THE_LOOPS =
            noClasses()
                    .that(
                            are(
                                    "outside of resolve, Main and Node",
                                    type ->
                                            !isIn(type, "cluster.resolve")
                                                    && !isNamed(type, "Main")
                                                    && !isNamed(type, "Node")))
                    .should()
                    .callMethod(InetAddress.class, "getByName", String.class)
                    .orShould()
                    .callMethod(InetAddress.class, "getAllByName", String.class)
                    .because("a dead DNS server must not stop an event loop");

    @ArchTest
    static final ArchRule NOTHING_BLOCKS_ON_A_RESULT =
            noClasses()
                    .that(
                            are(
                                    "outside of Node and what it closes from outside of the loops",
                                    type ->
                                            !isNamed(type, "Node")
                                                    && !isNamed(type, "discovery.Discovery")
                                                    && !isNamed(type, "listener.Listeners")))
                    .should()
                    .callMethod(CompletableFuture.class, "join")
                    .orShould()
                    .callMethod(CompletableFuture.class, "get")
                    .orShould()
                    .callMethod(Future.class, "get")
                    .because(
                            "an event loop or the config thread that waits for another may wait for"
                                    + " itself");

    @ArchTest
    static final ArchRule THE_HOT_PATH_HAS_NO_STREAMS =
            noClasses()
                    .that(
                            are(
                                    "on the request path and no compilers",
                                    type ->
                                            (isIn(type, "l7")
                                                            || isIn(type, "l4")
                                                            || isIn(type, "cluster.balancer")
                                                            || isIn(type, "cluster.pool"))
                                                    && !isCompiler(type)))
                    .should()
                    .dependOnClassesThat()
                    .areAssignableTo(Stream.class)
                    .because("a stream allocates where a loop does not");

    /** No layer may use one above it, or one beside it. */
    private static ArchRule layered(String root, List<List<String>> layers) {
        return noClasses().should(new UseOnlyLowerLayers(root, layers)).allowEmptyShould(false);
    }

    private static String[] inside(String root, List<List<String>> layers) {
        return layers.stream()
                .flatMap(List::stream)
                .map(name -> root + name + "..")
                .toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> are(String what, Predicate<JavaClass> test) {
        return DescribedPredicate.describe(what, test);
    }

    private static boolean isIn(JavaClass type, String name) {
        return (type.getPackageName() + ".").startsWith(ROOT + name + ".");
    }

    private static boolean isNamed(JavaClass type, String name) {
        return outermost(type).getName().equals(ROOT + name);
    }

    private static boolean isCompiler(JavaClass type) {
        return outermost(type).getSimpleName().endsWith("Compiler");
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    /** Leaves the tests out, wherever a build puts their classes. */
    static final class ProductionOnly implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.matches(TESTS);
        }
    }
}
