package jbt.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The kinds of probes that a test shows to work, each a row of the matrix of deploy/verify: its
 * report names them, and whether the test passed, or what the kernel lacks for it.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Covers.Reporter.class)
public @interface Covers {
  /** The rows. */
  String[] value();

  /** Runs before the test can find out that it must be skipped. */
  final class Reporter implements BeforeEachCallback {
    @Override
    public void beforeEach(ExtensionContext context) {
      for (String row : context.getRequiredTestMethod().getAnnotation(Covers.class).value()) {
        context.publishReportEntry("row", row);
        // Surefire's reports have what a test prints, but not what it publishes.
        System.out.println("row: " + row);
      }
    }
  }
}
