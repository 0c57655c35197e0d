package io.ottla.common.record;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The codec needs bytes, and the libraries that compress them. */
@AnalyzeClasses(packages = "io.ottla.common.record", importOptions = ImportOption.DoNotIncludeTests.class)
final class RecordArchitectureTest {
  @ArchTest
  static final ArchRule THE_CODEC_DEPENDS_ON_THE_LANGUAGE_ONLY = classes().should().onlyDependOnClassesThat()
      .resideInAnyPackage("java.lang..", "java.util", "java.util.zip", "java.io", "java.nio", "java.nio.charset",
          "com.github.luben.zstd..", "net.jpountz..", "org.xerial.snappy..",
          "org.jspecify..", "io.ottla.common.error", "io.ottla.common.record");
}
