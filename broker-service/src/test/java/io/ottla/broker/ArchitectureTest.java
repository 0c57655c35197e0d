package io.ottla.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** The rooms of the broker and the arrows between them. */
@AnalyzeClasses(packages = "io.ottla.broker", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String[] CORES = {"io.ottla.broker.log..", "io.ottla.broker.replica.."};

  private static final Set<String> IMPURE_CALLS = Set.of("java.lang.System.nanoTime",
      "java.lang.System.currentTimeMillis", "java.lang.System.getenv", "java.lang.System.getProperty",
      "java.lang.Math.random", "java.util.UUID.randomUUID", "java.time.Instant.now", "java.time.LocalDateTime.now",
      "java.time.Clock.systemUTC", "java.util.Collections.shuffle");

  private static final DescribedPredicate<JavaCall<?>> A_CLOCK_OR_CHANCE = DescribedPredicate.describe(
      "the target is a clock, chance, or the environment",
      call -> IMPURE_CALLS.contains(call.getTargetOwner().getName() + "." + call.getName()));

  @ArchTest
  static final ArchRule CORES_DEPEND_ON_THE_LANGUAGE_AND_COMMON_ONLY = classes().that().resideInAnyPackage(CORES)
      .should().onlyDependOnClassesThat().resideInAnyPackage("java.lang..", "java.util", "java.util.concurrent..",
          "java.util.function", "java.util.stream", "java.util.zip", "java.io", "java.nio", "java.nio.channels",
          "java.nio.charset", "java.time", "org.jspecify..", "org.slf4j..", "org.pcollections..", "io.ottla.common..",
          "io.ottla.broker.log..", "io.ottla.broker.replica..")
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule CORES_HAVE_NO_THREADS_OR_FILES = noClasses().that().resideInAnyPackage(CORES).should()
      .dependOnClassesThat().belongToAnyOf(Thread.class, ThreadLocal.class, ProcessHandle.class, Runtime.class,
          java.util.concurrent.Executor.class, java.util.Timer.class, java.util.Random.class,
          java.util.SplittableRandom.class, java.util.concurrent.ThreadLocalRandom.class, java.time.Clock.class,
          java.io.File.class, java.io.RandomAccessFile.class, java.io.FileInputStream.class,
          java.io.FileOutputStream.class, java.nio.channels.FileChannel.class,
          io.ottla.common.time.MonotonicClock.class, io.ottla.common.random.SecureRandomSource.class)
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule CORES_ASK_NO_CLOCK_AND_ROLL_NO_DICE = noClasses().that().resideInAnyPackage(CORES).should()
      .callMethodWhere(A_CLOCK_OR_CHANCE).allowEmptyShould(true);

  @ArchTest
  static final ArchRule THE_LOG_DOES_NOT_KNOW_REPLICATION = noClasses().that()
      .resideInAPackage("io.ottla.broker.log..").should().dependOnClassesThat()
      .resideInAPackage("io.ottla.broker.replica..");

  @ArchTest
  static final ArchRule ONLY_STORAGE_OPENS_FILES = noClasses().that()
      .resideOutsideOfPackage("io.ottla.broker.storage..").should().dependOnClassesThat()
      .belongToAnyOf(java.nio.channels.FileChannel.class, java.nio.file.Files.class, java.io.RandomAccessFile.class,
          java.io.FileInputStream.class, java.io.FileOutputStream.class);

  @ArchTest
  static final ArchRule STORAGE_KNOWS_ONLY_ITS_PORTS = noClasses().that()
      .resideInAPackage("io.ottla.broker.storage..").should().dependOnClassesThat()
      .resideInAnyPackage("io.ottla.broker.replica..", "io.ottla.broker.catalog..", "io.ottla.broker.lifecycle..",
          "io.ottla.broker.runtime..", "io.ottla.broker.gateway..", "io.ottla.broker.http..",
          "io.ottla.broker.metrics..", "io.ottla.broker.boot..", "org.springframework..");

  @ArchTest
  static final ArchRule NOBODY_KNOWS_BOOT = noClasses().that().resideOutsideOfPackage("io.ottla.broker.boot..").should()
      .dependOnClassesThat().resideInAPackage("io.ottla.broker.boot..");

  @ArchTest
  static final ArchRule BROKERS_DO_NOT_KNOW_CONTROLLERS = noClasses().should().dependOnClassesThat()
      .resideInAnyPackage("io.ottla.controller..", "io.ottla.cli..");
}
