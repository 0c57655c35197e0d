package io.ottla.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The settings a process was started with: {@code --name=value} arguments over {@code OTTLA_} environment variables. Read before anything
 * else starts, so that a mistake costs one line and no time.
 *
 * @param values settings of the catalogue by name
 * @param frameworkArguments arguments for Spring Boot ({@code --logging.level...} and the like)
 */
public record NodeSettings(SequencedMap<String, String> values, List<String> frameworkArguments) {
  private static final List<String> FRAMEWORK = List.of("spring.", "logging.", "server.", "management.", "debug",
      "trace");
  private static final String PROFILES = "--spring.profiles.active=";
  private static final String TEST_PROFILE = "test";

  /** Copies the list. */
  public NodeSettings {
    frameworkArguments = List.copyOf(frameworkArguments);
  }

  /**
   * Gathers both sources.
   *
   * @throws ConfigException for an unknown name, with the nearest known one
   */
  public static NodeSettings gather(List<String> arguments, Map<String, String> environment) {
    SequencedMap<String, String> values = new LinkedHashMap<>(Settings.fromEnvironment(environment));
    List<String> framework = new ArrayList<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = argument.startsWith("--") ? argument.substring(2, equals < 0 ? argument.length() : equals) : "";
      if (name.isEmpty()) {
        throw new ConfigException("argument '" + argument + "' is not --name=value");
      }
      if (Settings.find(name) != null) {
        if (equals < 0) {
          throw new ConfigException("--" + name + " needs a value: --" + name + "=...");
        }
        values.put(name, argument.substring(equals + 1));
      } else if (FRAMEWORK.stream().anyMatch(name::startsWith)) {
        framework.add(argument);
      } else {
        throw new ConfigException("unknown setting --" + name + "; did you mean --"
            + Settings.nearest(name, Settings.all().stream().map(Setting::name).toList()) + "?");
      }
    }
    return new NodeSettings(values, framework);
  }

  /**
   * The node's configuration, checked.
   *
   * @param hostName this host's name, published in place of 0.0.0.0
   * @throws ConfigException naming the setting and the remedy
   */
  public NodeConfig config(String hostName) {
    NodeConfig config = NodeConfig.read(values::get, hostName);
    if (config.faults() && !isTest()) {
      throw new ConfigException("faults.enabled=true lets whoever reaches the internal listener make this node lose"
          + " records; leave it out, or, for a test, add --spring.profiles.active=test");
    }
    return config;
  }

  /** Said on the command line, where nobody inherits it by mistake as from an environment. */
  private boolean isTest() {
    return frameworkArguments.stream().filter(one -> one.startsWith(PROFILES))
        .anyMatch(one -> List.of(one.substring(PROFILES.length()).split(",")).contains(TEST_PROFILE));
  }
}
