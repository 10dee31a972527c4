package jbt.compiler;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which folder may know which. */
class FoldersTest {
  private static final String ROOT = "jbt.compiler";

  private static final Map<String, List<String>> MAY_KNOW =
      Map.of(
          "lang", List.of(),
          "types", List.of("lang"),
          "bpf", List.of(),
          "target", List.of("types", "lang"),
          "plan", List.of("types", "lang", "bpf"),
          "c", List.of("lang", "types"),
          "check", List.of("lang", "types", "c", "target", "plan"),
          "ir", List.of("check", "lang", "types", "target", "plan", "bpf"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void foldersKnowOnlyThoseBelowThem() {
    MAY_KNOW.forEach(
        (folder, others) -> {
          String[] packages =
              Stream.concat(Stream.of(folder), others.stream())
                  .map(other -> ROOT + "." + other)
                  .toArray(String[]::new);
          classes()
              .that()
              .resideInAPackage(ROOT + "." + folder)
              .should()
              .onlyDependOnClassesThat(
                  resideInAnyPackage(packages)
                      .or(resideInAnyPackage("java..", "org.jspecify.annotations"))
                      .or(equivalentTo(CompileException.class)))
              .check(CLASSES);
        });
  }

  @Test
  void allFoldersAreListed() {
    Set<String> folders =
        CLASSES.that(alwaysTrue()).stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1))
            .collect(Collectors.toSet());
    assertThat(folders).isEqualTo(MAY_KNOW.keySet());
  }
}
