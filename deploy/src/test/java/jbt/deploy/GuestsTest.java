package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import jbt.deploy.fleet.Guest;
import jbt.deploy.fleet.Java;
import jbt.deploy.fleet.Running;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The tests of the kernel level run again on Debian's kernels. Each kernel is started once and runs
 * JUnit's console; every test in it is reported here. What a kernel lacks is written down here, and
 * the tests in it insist on the rest.
 */
@Tag("vm")
@ResourceLock(Guest.PROCESSORS)
final class GuestsTest {
  /** Missed runs of tracepoints are counted from Linux 6.7 on. */
  private static final Map<String, String> LACKS =
      Map.of(
          "6.1",
          "OVERRIDE,UPROBE_MULTI,KPROBE_MULTI,TRACEPOINT_MISSES,TASK_FROM_PID,TASK_STORAGE,SIGNED_DIVISION,PRIVATE_STACKS",
          "6.12",
          "OVERRIDE,PRIVATE_STACKS");

  /** The kernel that Debian's tools were packaged for. */
  private static final String TOOLS_ON = "6.1";

  /** Reaches the end on a machine that does much else. */
  private static final Duration LIMIT = Duration.ofSeconds(Guest.SECONDS + 20);

  /** Where deploy/verify looks for the guests' own reports. */
  private static final Path KEPT = Path.of("target/surefire-reports/vm");

  @TempDir private static Path reports;
  private static final Map<String, Running> GUESTS = new TreeMap<>();

  /** All at once: an emulated machine uses one processor, however many it has. */
  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Path archive = archive();
    for (String kernel : LACKS.keySet()) {
      Path folder = Files.createDirectory(reports.resolve(kernel));
      List<String> command = new ArrayList<>(Java.options());
      command.addAll(
          List.of(
              "-XX:SharedArchiveFile=" + archive,
              // With room for what is short-lived: to collect garbage takes long there.
              "-Xmn200m",
              "-Djbt.patience=" + Guest.PATIENCE,
              "-Djbt.distribution=" + Boolean.getBoolean("jbt.distribution"),
              "-Dkernel.lacks=" + LACKS.get(kernel),
              "-Dkernel.modules=" + Guest.modules(kernel),
              "-Drandom.scripts=5",
              "-Drandom.structs=10",
              "-Dinterval.calls=30000",
              "org.junit.platform.console.ConsoleLauncher",
              "execute",
              "--disable-banner",
              "--include-engine=junit-jupiter",
              "--select-package=jbt.kernel",
              "--select-class=jbt.deploy.ProbeScriptsTest",
              "--select-class=jbt.deploy.TracedProgramsTest",
              "--select-class=jbt.deploy.CaptureTest",
              "--select-class=jbt.deploy.FlameGraphTest",
              "--select-class=jbt.deploy.JavaStacksTest",
              "--include-classname=.*",
              // All but one read files without the kernel.
              "--exclude-methodname=jbt[.]kernel[.]ProgramArgumentsTest#(?!readsThem).*",
              "--include-tag=kernel",
              // The last one locks the machine down.
              "--config=junit.jupiter.testclass.order.default="
                  + "org.junit.jupiter.api.ClassOrderer$OrderAnnotation",
              "--reports-dir=" + folder));
      // They take long in an emulated machine, so that each of the two has its share.
      command.addAll(
          kernel.equals(TOOLS_ON)
              ? List.of(
                  "--select-class=" + DebianTools.class.getName(),
                  // It loads what runs here anyway.
                  "--exclude-classname=jbt[.]kernel[.]DebianToolsTest")
              : List.of(
                  "--select-class=jbt.deploy.GuideTest",
                  "--select-method=jbt.deploy.MissingFeaturesTest#aKernelWithoutTypes"));
      GUESTS.put(
          kernel,
          Running.start(
              Guest.command(kernel, List.of("-c", "2", "-w", folder.toString()), command)));
    }
  }

  /**
   * The classes of most tests, loaded and checked, which takes half a minute in a guest. Where it
   * can't be made, the guests start without it.
   */
  private static Path archive() throws IOException, InterruptedException {
    Path archive = reports.resolve("classes.jsa");
    List<String> command = new ArrayList<>(Java.options());
    command.addAll(
        List.of(
            "-XX:ArchiveClassesAtExit=" + archive,
            // Of JAR files only: folders can't be archived.
            "-cp",
            Java.jars(),
            "org.junit.platform.console.ConsoleLauncher",
            "execute",
            "--disable-banner",
            "--select-class=jbt.kernel.ScriptsTest",
            "--include-tag=kernel"));
    try (Running training = Running.start(command)) {
      training.exitCode(LIMIT);
    }
    return archive;
  }

  @AfterAll
  static void stop() {
    GUESTS.values().forEach(Running::end);
  }

  @TestFactory
  Stream<DynamicTest> onLinux61() throws Exception {
    return tests("6.1");
  }

  @TestFactory
  Stream<DynamicTest> onLinux612() throws Exception {
    return tests("6.12");
  }

  private static Stream<DynamicTest> tests(String kernel) throws Exception {
    Running guest = Objects.requireNonNull(GUESTS.get(kernel));
    assertThat(guest.exitCode(LIMIT)).as(guest.toString()).isIn(0, 1);
    Path report = reports.resolve(kernel).resolve("TEST-junit-jupiter.xml");
    Path kept = Files.createDirectories(KEPT).resolve("linux-" + kernel + ".xml");
    Files.copy(report, kept, StandardCopyOption.REPLACE_EXISTING);
    NodeList cases =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getElementsByTagName("testcase");
    assertThat(cases.getLength()).isPositive();
    return IntStream.range(0, cases.getLength())
        .mapToObj(i -> (Element) cases.item(i))
        .map(
            test ->
                DynamicTest.dynamicTest(
                    kernel + " " + test.getAttribute("classname") + "." + test.getAttribute("name"),
                    () -> assertPassed(test)));
  }

  private static void assertPassed(Element test) {
    for (String outcome : List.of("failure", "error")) {
      NodeList found = test.getElementsByTagName(outcome);
      assertThat(found.getLength())
          .as(() -> outcome + ": " + found.item(0).getTextContent())
          .isZero();
    }
    NodeList skipped = test.getElementsByTagName("skipped");
    Assumptions.assumeTrue(
        skipped.getLength() == 0, () -> skipped.item(0).getTextContent().strip());
  }
}
