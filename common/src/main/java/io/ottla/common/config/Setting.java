package io.ottla.common.config;

/**
 * One setting of the catalogue.
 *
 * @param name dotted name; as an environment variable {@code OTTLA_} and the name in upper snake case
 * @param defaultValue what holds when it is not given; empty for none
 * @param meaning one sentence with the unit
 */
public record Setting(String name, String defaultValue, String meaning) {
  /** The environment variable of this setting. */
  public String environmentName() {
    return "OTTLA_" + name.replace('.', '_').replace('-', '_').toUpperCase(java.util.Locale.ROOT);
  }
}
