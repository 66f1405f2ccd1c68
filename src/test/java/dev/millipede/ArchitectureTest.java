package dev.millipede;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** Which types of others and which means of sharing each package may use. {@link PackageDirections} holds who sees whom. */
@AnalyzeClasses(packages = "dev.millipede", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/millipede");

    /** Code confined to one event loop: what it owns, it need not guard. */
    private static final String[] CONFINED = {"dev.millipede.websocket..", "dev.millipede.router.."};

    /** Block comments (also Javadoc), line comments and string literals, in which words mean nothing. */
    private static final Pattern NOT_CODE =
            Pattern.compile("/\\*.*?\\*/|//[^\\n]*|\"(?:\\\\.|[^\"\\\\\\n])*\"", Pattern.DOTALL);

    @ArchTest
    static final ArchRule packagesDependOnlyInTheDirectionsOfTheHouse =
            classes().should(PackageDirections.areKept());

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("dev.millipede.(**)").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes()
            .should(ArchCondition.from(describe(
                    "be in a package whose package-info.java has @NullMarked",
                    type -> type.getPackage().isAnnotatedWith(NullMarked.class))));

    @ArchTest
    static final ArchRule apiKnowsOnlyTheErrorCodesOfTheProtocol = noClasses()
            .that()
            .resideInAPackage("dev.millipede.api..")
            .should()
            .dependOnClassesThat(describe(
                    "are of the protocol and not ErrorCode",
                    type -> type.getPackageName().startsWith("dev.millipede.protocol")
                            && !type.getName().startsWith("dev.millipede.protocol.ErrorCode")))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule vocabularyFramingAndRecoveryUsePlainJavaOnly =
            usesOnlyPlainJava("dev.millipede.channel..", "dev.millipede.websocket.frame..", "dev.millipede.recovery..");

    @ArchTest
    static final ArchRule whatTheHostAllowsIsReadWithTheJdkOnly = classes()
            .that()
            .resideInAPackage("dev.millipede.os..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "com.sun.management..", "org.jspecify..", "dev.millipede.os..");

    @ArchTest
    static final ArchRule configUsesPlainJavaAndJsonTreesOnly = classes()
            .that()
            .resideInAPackage("dev.millipede.config..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "dev.millipede..", "io.vertx.core.json..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule redisIsKnownToItsBackplaneOnly =
            onlyIn("dev.millipede.backplane.redis..", "io.vertx.redis..");

    @ArchTest
    static final ArchRule micrometerIsKnownToMetricsOnly =
            onlyIn("dev.millipede.metrics..", "io.micrometer..", "io.vertx.micrometer..", "io.prometheus..");

    @ArchTest
    static final ArchRule jwtIsKnownToAuthOnly = onlyIn("dev.millipede.auth..", "io.vertx.ext.auth..");

    @ArchTest
    static final ArchRule hazelcastIsKnownToClusterOnly =
            onlyIn("dev.millipede.cluster..", "com.hazelcast..", "io.vertx.spi.cluster..");

    @ArchTest
    static final ArchRule jsonTokensAreReadOnlyWherePayloadsEnter = noClasses()
            .that()
            .resideOutsideOfPackages("dev.millipede.protocol.json..", "dev.millipede.api..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml.jackson..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nettyIsKnownToSocketsAndTheRootOnly = noClasses()
            .that()
            .resideOutsideOfPackages("dev.millipede", "dev.millipede.websocket..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule confinedCodeUsesNoLocksAtomicsOrConcurrentCollections = noClasses()
            .that()
            .resideInAnyPackage(CONFINED)
            .should()
            .dependOnClassesThat(guardingTypes())
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule confinedCodeWrapsNoCollectionInALock = noClasses()
            .that()
            .resideInAnyPackage(CONFINED)
            .should()
            .callMethodWhere(describe(
                    "Collections.synchronized…",
                    call -> call.getTargetOwner().isEquivalentTo(Collections.class)
                            && call.getName().startsWith("synchronized")))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule confinedCodeHasNoVolatileFields = fields().that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(CONFINED)
            .should()
            .notHaveModifier(JavaModifier.VOLATILE)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule confinedCodeHasNoSynchronizedMethods = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(CONFINED)
            .should()
            .notHaveModifier(JavaModifier.SYNCHRONIZED)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule namesSayTheJob = noClasses()
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameStartingWith("Abstract")
            .orShould()
            .resideInAnyPackage("..util..", "..common..", "..impl..");

    /** Bytecode rules do not see blocks, so this one reads the sources. */
    @ArchTest
    static void confinedCodeHasNoSynchronizedBlocks(JavaClasses classes) {
        Pattern block = Pattern.compile("\\bsynchronized\\s*\\(");
        List<Path> confined = Stream.of("websocket", "router")
                .flatMap(name -> javaFiles(SOURCES.resolve(name)))
                .toList();
        assertThat(confined.isEmpty())
                .as("sources are looked for where the classes came from")
                .isEqualTo(classes.stream().noneMatch(JavaClass.Predicates.resideInAnyPackage(CONFINED)));
        assertThat(confined).noneMatch(file -> block.matcher(codeOf(file)).find());
    }

    private static Stream<Path> javaFiles(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String codeOf(Path file) {
        try {
            return NOT_CODE.matcher(Files.readString(file)).replaceAll(" ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ArchRule usesOnlyPlainJava(String... packages) {
        String[] allowed = Stream.concat(Stream.of("java..", "org.jspecify.."), Arrays.stream(packages))
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAnyPackage(packages)
                .and(describe(
                        "are no section of the configuration",
                        type -> !type.getName().endsWith("Config")))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .allowEmptyShould(true);
    }

    private static ArchRule onlyIn(String home, String... types) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(home)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(types)
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> guardingTypes() {
        Pattern collection =
                Pattern.compile("java\\.util\\.concurrent\\.(Concurrent|CopyOnWrite|\\w+(Queue|Deque)\\b).*");
        return describe(
                "are locks, atomics or concurrent collections",
                type -> type.getPackageName().equals("java.util.concurrent.locks")
                        || type.getPackageName().equals("java.util.concurrent.atomic")
                        || collection.matcher(type.getName()).matches());
    }
}
