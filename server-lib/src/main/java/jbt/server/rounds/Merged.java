package jbt.server.rounds;

import java.util.Map;
import jbt.v1.Round;

/**
 * A round that is ready to be shown.
 *
 * @param parts what each sender sent for it, without the rows
 */
public record Merged(Round round, Map<String, Round> parts) {}
