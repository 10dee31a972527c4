package jbt.compiler.check;

import java.util.Optional;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.TracepointFormat;

/**
 * One attach point after its wildcards and defaults are filled in.
 *
 * @param name its full text
 * @param format for tracepoints
 * @param range of the attach point in the script that it comes from
 */
record Expanded(
    Kind kind, Point point, String name, Optional<TracepointFormat> format, SourceRange range) {}
