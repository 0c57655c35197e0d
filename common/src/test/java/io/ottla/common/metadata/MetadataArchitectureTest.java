package io.ottla.common.metadata;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;

/** The metadata core decides nothing by time, chance or place: equal entries give equal images on every node. */
@AnalyzeClasses(packages = "io.ottla.common.metadata", importOptions = ImportOption.DoNotIncludeTests.class)
class MetadataArchitectureTest {

  @ArchTest
  static final ArchRule dependsOnLittle = classes().should().onlyDependOnClassesThat().resideInAnyPackage("java.lang..",
      "java.util", "java.util.function", "java.util.stream", "java.io", "java.nio.charset", "java.security",
      "org.jspecify..", "org.pcollections..", "com.fasterxml.jackson..", "io.ottla.common.id",
      "io.ottla.common.metadata");

  @ArchTest
  static final ArchRule touchesNoClockChanceOrThread = noClasses().should().dependOnClassesThat()
      .belongToAnyOf(Thread.class, Random.class, Timer.class).orShould()
      .callMethod(System.class, "nanoTime").orShould().callMethod(System.class, "currentTimeMillis").orShould()
      .callMethod(Math.class, "random").orShould().callMethod(UUID.class, "randomUUID");

  @ArchTest
  static final ArchRule onlyTheCodecKnowsJson = classes().that().haveSimpleNameNotContaining("Json").should()
      .onlyDependOnClassesThat().resideOutsideOfPackage("com.fasterxml..");

  @ArchTest
  static final ArchRule onlyApplyingMakesImages = noClasses().that()
      .doNotHaveFullyQualifiedName("io.ottla.common.metadata.EntryApplication").and()
      .doNotHaveFullyQualifiedName("io.ottla.common.metadata.ImageBuilder").and()
      .doNotHaveFullyQualifiedName("io.ottla.common.metadata.MetadataImage").should()
      .callConstructorWhere(target(owner(assignableTo(MetadataImage.class))));
}
