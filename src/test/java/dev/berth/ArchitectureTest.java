package dev.berth;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The arrows of docs/architecture.md: who may import whom. What the table does not name is not allowed. */
class ArchitectureTest {
    private static final String BERTH = "dev.berth.";

    /** What makes an HTTP service: for edges only. */
    private static final String[] WEB = {"io.quarkus..", "io.vertx..", "io.smallrye..", "jakarta..", "org.jboss.."};

    private static final Map<String, List<String>> ARROWS = new TreeMap<>(Map.ofEntries(
            Map.entry("oci", List.of()),
            Map.entry("linux", List.of()),
            Map.entry("access", List.of()),
            Map.entry("network", List.of("linux")),
            Map.entry("host", List.of("linux")),
            Map.entry("store", List.of("oci", "linux")),
            Map.entry("registry", List.of("oci")),
            Map.entry("rootfs", List.of("oci", "store", "linux")),
            Map.entry("files", List.of("rootfs", "linux")),
            Map.entry("launcher", List.of("oci", "rootfs", "linux")),
            Map.entry("image", List.of("oci", "registry", "store", "rootfs")),
            Map.entry(
                    "container",
                    List.of("files", "image", "launcher", "network", "rootfs", "store", "linux", "host", "oci")),
            Map.entry("rest", List.of("container", "image", "host", "oci")),
            Map.entry("terminal", List.of("container", "image", "host", "oci")),
            Map.entry("dashboard", List.of("container", "image", "host", "oci", "access")),
            Map.entry("cli", List.of("files", "host", "oci"))));

    private final JavaClasses berth = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.berth");

    @TestFactory
    Stream<DynamicTest> eachPackageImportsOnlyWhatItsArrowsAllow() {
        return ARROWS.entrySet().stream()
                .map(arrow -> DynamicTest.dynamicTest(
                        arrow.getKey(),
                        () -> noClasses()
                                .that()
                                .resideInAPackage(within(arrow.getKey()))
                                .should()
                                .dependOnClassesThat(resideInAPackage("dev.berth..")
                                        .and(not(resideInAnyPackage(targets(arrow.getKey(), arrow.getValue())))))
                                .allowEmptyShould(true)
                                .check(berth)));
    }

    private static String[] targets(String own, List<String> others) {
        return Stream.concat(Stream.of(own), others.stream())
                .map(ArchitectureTest::within)
                .toArray(String[]::new);
    }

    private static String within(String name) {
        return BERTH + name + "..";
    }

    @Test
    void everyPackageIsInTheTable() {
        TreeSet<String> packages = new TreeSet<>();
        berth.forEach(type -> {
            String name = type.getPackageName();
            if (name.startsWith(BERTH)) {
                packages.add(name.substring(BERTH.length()).split("\\.")[0]);
            }
        });
        packages.removeAll(ARROWS.keySet());
        assertEquals(new TreeSet<>(), packages, "packages without arrows: add them to docs/architecture.md and here");
    }

    @Test
    void nothingPointsBack() {
        ARROWS.forEach((from, targets) -> targets.forEach(target ->
                assertTrue(!ARROWS.get(target).contains(from), from + " and " + target + " point at each other")));
    }

    @Test
    void onlyLinuxKnowsJna() {
        noClasses()
                .that()
                .resideOutsideOfPackage(within("linux"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.jna..")
                .check(berth);
    }

    @Test
    void theEngineIsPlainJava() {
        String[] engine = Stream.of(
                        "oci",
                        "linux",
                        "store",
                        "rootfs",
                        "files",
                        "launcher",
                        "network",
                        "image",
                        "container",
                        "access")
                .map(ArchitectureTest::within)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAnyPackage(engine)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(WEB)
                .check(berth);
    }

    @Test
    void theCommandLineBootsNoQuarkus() {
        noClasses()
                .that()
                .resideInAPackage(within("cli"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(WEB)
                .check(berth);
    }

    @Test
    void namesSayWhatAThingIs() {
        String[] empty = {"Manager", "Util", "Utils", "Impl"};
        Arrays.stream(empty)
                .forEach(word -> classes()
                        .that()
                        .resideInAPackage("dev.berth..")
                        .should()
                        .haveSimpleNameNotEndingWith(word)
                        .check(berth));
    }
}
