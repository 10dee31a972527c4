package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.types.Btf;

/**
 * One attach point after its wildcards and defaults are filled in.
 *
 * @param name its full text
 * @param format for tracepoints
 * @param parameters of what the program is called with, 8 bytes each
 * @param range of the attach point in the script that it comes from
 */
record Expanded(
    Kind kind,
    Point point,
    String name,
    Optional<TracepointFormat> format,
    List<Btf.Parameter> parameters,
    SourceRange range) {}
