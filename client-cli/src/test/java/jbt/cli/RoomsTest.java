package jbt.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom inside the client. */
@AnalyzeClasses(packages = "jbt.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  @ArchTest
  static final ArchRule renderingIsPure =
      noClasses()
          .that()
          .resideInAPackage("jbt.cli.render")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "jbt.cli",
              "jbt.cli.session",
              "jbt.cli.pki",
              "jbt.daemon..",
              "jbt.transport..",
              "io.grpc..",
              "io.netty..",
              "java.util.concurrent..",
              "java.nio.file..");

  @ArchTest
  static final ArchRule sessionsKnowNoTransport =
      noClasses()
          .that()
          .resideInAPackage("jbt.cli.session")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "jbt.cli", "jbt.cli.pki", "jbt.daemon..", "jbt.transport..", "io.netty..");

  @ArchTest
  static final ArchRule bouncyCastleStaysInPki =
      classes()
          .that()
          .resideOutsideOfPackage("jbt.cli.pki")
          .should()
          .onlyDependOnClassesThat()
          .resideOutsideOfPackage("org.bouncycastle..");

  @ArchTest
  static final ArchRule onlyFleetKnowsNetty =
      noClasses()
          .that()
          .doNotHaveSimpleName("Fleet")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "jbt.server.channels..");
}
