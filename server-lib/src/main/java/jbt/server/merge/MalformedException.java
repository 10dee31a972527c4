package jbt.server.merge;

/** A message contradicts itself or its schema. Its sender can't be trusted further. */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public MalformedException(String message) {
    super(message);
  }
}
