package jbt.daemon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class DependenciesTest {
  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("jbt.daemon");

  @Test
  void onlyTheKernelRoomCallsNativeCode() {
    noClasses().should().dependOnClassesThat().resideInAPackage("com.sun.jna..").check(classes);
  }

  /** Tracing on this host starts fast: it loads neither the network nor TLS. */
  @Test
  void sessionsKnowNoNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage("jbt.daemon.session", "jbt.daemon.values", "jbt.daemon.text")
        .or()
        .haveSimpleName("TracerService")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "io.grpc.netty..", "jbt.transport..", "javax.net.ssl..")
        .check(classes);
  }
}
