package jbt.deploy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. Maven's modules make most of this hold; here it is said in one place. */
@AnalyzeClasses(
    packages = "jbt",
    importOptions = {ImportOption.DoNotIncludeTests.class, ModulesTest.WithoutTestJars.class})
final class ModulesTest {
  @ArchTest
  static final ArchRule COMPILER_KNOWS_ONLY_THE_JDK =
      classes()
          .that()
          .resideInAPackage("jbt.compiler..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("jbt.compiler..", "java..", "org.jspecify.annotations..");

  @ArchTest
  static final ArchRule ONLY_KERNEL_USES_JNA =
      noClasses()
          .that()
          .resideOutsideOfPackage("jbt.kernel..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.sun.jna..");

  @ArchTest
  static final ArchRule KERNEL_KNOWS_THE_COMPILER_ALONE =
      knowsNothingOf(
          "jbt.kernel..", "jbt.v1..", "jbt.daemon..", "jbt.server..", "jbt.cli..", "io.grpc..");

  @ArchTest
  static final ArchRule THE_WIRE_KNOWS_NOBODY =
      knowsNothingOf(
          "jbt.v1..",
          "jbt.compiler..",
          "jbt.kernel..",
          "jbt.daemon..",
          "jbt.server..",
          "jbt.cli..");

  @ArchTest
  static final ArchRule AN_AGENT_KNOWS_NO_COLLECTOR =
      knowsNothingOf("jbt.daemon..", "jbt.server..", "jbt.cli..");

  @ArchTest
  static final ArchRule A_COLLECTOR_KNOWS_ONLY_THE_WIRE =
      knowsNothingOf("jbt.server..", "jbt.compiler..", "jbt.kernel..", "jbt.daemon..", "jbt.cli..");

  @ArchTest
  static final ArchRule THE_CLIENT_TOUCHES_NO_KERNEL =
      knowsNothingOf("jbt.cli..", "jbt.compiler..", "jbt.kernel..");

  /** Tests that other modules use come as a jar, which ArchUnit's own option does not know. */
  static final class WithoutTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static ArchRule knowsNothingOf(String who, String... whom) {
    return noClasses()
        .that()
        .resideInAPackage(who)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(whom)
        .allowEmptyShould(true);
  }
}
