package jbt.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which folder may know which: each only those that stand before it. */
class FoldersTest {
  private static final List<String> ORDER =
      List.of(
          "jbt.server.targets",
          "jbt.server.merge",
          "jbt.server.rounds",
          "jbt.server.channels",
          "jbt.server.session",
          "jbt.server",
          "jbt.server.service");

  @Test
  void foldersKnowOnlyThoseBelowThem() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("jbt.server");
    List<String> above = new ArrayList<>(ORDER);
    for (String folder : ORDER) {
      above.remove(folder);
      if (!above.isEmpty()) {
        noClasses()
            .that()
            .resideInAPackage(folder)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(above.toArray(String[]::new))
            .check(classes);
      }
    }
  }

  /** Merging is a function of messages: no threads, no clocks, no connections. */
  @Test
  void mergingKnowsNoConnections() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("jbt.server.merge", "jbt.server.rounds");
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..", "io.netty..", "java.util.concurrent..", "java.time..")
        .check(classes);
  }
}
