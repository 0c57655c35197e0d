package io.ottla.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** The rooms of the controller and the arrows between them. */
@AnalyzeClasses(packages = "io.ottla.controller", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String[] CORES = {"io.ottla.controller.raft..", "io.ottla.controller.control..",
      "io.ottla.controller.formation.."};

  private static final Set<String> IMPURE_CALLS = Set.of("java.lang.System.nanoTime",
      "java.lang.System.currentTimeMillis",
      "java.lang.System.getenv", "java.lang.System.getProperty", "java.lang.Math.random", "java.util.UUID.randomUUID",
      "java.time.Instant.now", "java.time.LocalDateTime.now", "java.time.Clock.systemUTC",
      "java.util.Collections.shuffle");

  private static final DescribedPredicate<JavaCall<?>> A_CLOCK_OR_CHANCE = DescribedPredicate.describe(
      "the target is a clock, chance, or the environment",
      call -> IMPURE_CALLS.contains(call.getTargetOwner().getName() + "." + call.getName()));

  @ArchTest
  static final ArchRule CORES_DEPEND_ON_THE_LANGUAGE_AND_COMMON_ONLY = classes().that().resideInAnyPackage(CORES)
      .should()
      .onlyDependOnClassesThat().resideInAnyPackage("java.lang..", "java.util", "java.util.function", "java.io",
          "java.nio", "java.nio.charset", "java.math", "java.time", "java.util.zip", "java.util.stream",
          "org.jspecify..", "org.slf4j..", "org.pcollections..", "io.ottla.common..", "io.ottla.controller.raft..",
          "io.ottla.controller.control..", "io.ottla.controller.formation..")
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule CORES_HAVE_NO_THREADS_OR_FILES = noClasses().that().resideInAnyPackage(CORES).should()
      .dependOnClassesThat().belongToAnyOf(Thread.class, ThreadLocal.class, ProcessHandle.class, Runtime.class,
          java.io.File.class, java.io.RandomAccessFile.class, java.io.FileInputStream.class,
          java.io.FileOutputStream.class, java.util.Random.class, java.util.SplittableRandom.class,
          java.util.Timer.class, java.time.Clock.class, io.ottla.common.time.MonotonicClock.class,
          io.ottla.common.random.SecureRandomSource.class)
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule CORES_ASK_NO_CLOCK_AND_ROLL_NO_DICE = noClasses().that().resideInAnyPackage(CORES).should()
      .callMethodWhere(A_CLOCK_OR_CHANCE)
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule RAFT_DOES_NOT_KNOW_CONTROL = noClasses().that().resideInAPackage("io.ottla.controller.raft..")
      .should().dependOnClassesThat().resideInAPackage("io.ottla.controller.control..").allowEmptyShould(true);

  @ArchTest
  static final ArchRule CONTROL_DOES_NOT_KNOW_RAFT = noClasses().that()
      .resideInAPackage("io.ottla.controller.control..")
      .should().dependOnClassesThat().resideInAPackage("io.ottla.controller.raft..").allowEmptyShould(true);

  @ArchTest
  static final ArchRule FORMATION_IS_KNOWN_TO_ADAPTERS_ONLY = noClasses().that()
      .resideInAnyPackage("io.ottla.controller.raft..", "io.ottla.controller.control..").should()
      .dependOnClassesThat().resideInAPackage("io.ottla.controller.formation..").allowEmptyShould(true);

  @ArchTest
  static final ArchRule ONLY_STORAGE_OPENS_FILES = noClasses().that()
      .resideOutsideOfPackage("io.ottla.controller.storage..").should().dependOnClassesThat()
      .belongToAnyOf(java.nio.channels.FileChannel.class, java.nio.file.Files.class, java.io.RandomAccessFile.class,
          java.io.FileInputStream.class, java.io.FileOutputStream.class)
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule STORAGE_KNOWS_ONLY_ITS_PORTS = noClasses().that()
      .resideInAPackage("io.ottla.controller.storage..").should().dependOnClassesThat()
      .resideInAnyPackage("io.ottla.controller.control..", "io.ottla.controller.runtime..",
          "io.ottla.controller.http..",
          "io.ottla.controller.metrics..", "io.ottla.controller.boot..", "org.springframework..")
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule RUNTIME_KNOWS_NO_ADAPTER = noClasses().that().resideInAPackage("io.ottla.controller.runtime..")
      .should().dependOnClassesThat().resideInAnyPackage("io.ottla.controller.http..", "io.ottla.controller.storage..",
          "io.ottla.controller.metrics..", "io.ottla.controller.boot..", "org.springframework..", "java.net..")
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule ONLY_BOOT_WIRES = noClasses().that().resideOutsideOfPackage("io.ottla.controller.boot..")
      .should().dependOnClassesThat().resideInAnyPackage("io.ottla.controller.boot..",
          "org.springframework.context..", "org.springframework.boot..", "org.springframework.stereotype..")
      .allowEmptyShould(true);

  @ArchTest
  static final ArchRule CONTROLLER_KNOWS_NEITHER_BROKER_NOR_CLI = noClasses().should().dependOnClassesThat()
      .resideInAnyPackage("io.ottla.broker..", "io.ottla.cli..");
}
