package io.ottla.common.config;

/** A node's settings are wrong; the message names the setting and the remedy. The process must not start. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A message for the operator. */
  public ConfigException(String message) {
    super(message);
  }
}
