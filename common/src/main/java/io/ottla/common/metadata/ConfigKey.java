package io.ottla.common.metadata;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A known setting of topics. Values are strings everywhere; only this definition knows what they mean.
 *
 * @param name the topic-level name, such as {@code retention.ms}
 * @param clusterName the name of its cluster-wide default, such as {@code log.retention.ms}
 * @param defaultValue value when neither topic nor cluster sets it
 * @param expected what a valid value looks like, for error messages
 * @param valid whether a value is acceptable
 */
public record ConfigKey(String name, String clusterName, String defaultValue, String expected,
    Predicate<String> valid) {

  /** Why a value is refused, or empty when it is fine. */
  public Optional<String> problem(String value) {
    return valid.test(value)
        ? Optional.empty()
        : Optional.of("Invalid value '" + value + "' for configuration " + name + ": expected " + expected + ".");
  }

  static ConfigKey number(String name, String clusterName, long defaultValue, long min, long max) {
    String expected = max == Long.MAX_VALUE
        ? "an integer of at least " + min
        : "an integer from " + min + " to " + max;
    return new ConfigKey(name, clusterName, Long.toString(defaultValue), expected,
        value -> isNumberWithin(value, min, max));
  }

  static ConfigKey ratio(String name, String clusterName, String defaultValue) {
    return new ConfigKey(name, clusterName, defaultValue, "a number from 0 to 1", ConfigKey::isRatio);
  }

  static ConfigKey choice(String name, String clusterName, String defaultValue, String... choices) {
    List<String> allowed = List.of(choices);
    return new ConfigKey(name, clusterName, defaultValue, "one of " + allowed, allowed::contains);
  }

  static ConfigKey choices(String name, String clusterName, String defaultValue, String... choices) {
    List<String> allowed = List.of(choices);
    return new ConfigKey(name, clusterName, defaultValue, "a comma-separated list of " + allowed,
        value -> Arrays.stream(value.split(",", -1)).map(String::strip).allMatch(allowed::contains));
  }

  private static boolean isNumberWithin(String value, long min, long max) {
    try {
      long number = Long.parseLong(value);
      return number >= min && number <= max;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isRatio(String value) {
    try {
      double number = Double.parseDouble(value);
      return number >= 0 && number <= 1;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
