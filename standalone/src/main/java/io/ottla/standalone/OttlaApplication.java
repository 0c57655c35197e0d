package io.ottla.standalone;

import java.util.List;

import io.ottla.broker.boot.BrokerApplication;
import io.ottla.common.config.ConfigException;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.config.Role;

/** Entry point of a process with both roles, {@code process.roles=controller,broker}. */
public final class OttlaApplication {
  private OttlaApplication() {
  }

  /** Runs both roles; settings are {@code --name=value} arguments over {@code OTTLA_} variables. */
  public static void main(String[] arguments) {
    BrokerApplication.launch(List.of(arguments), StandaloneWiring.class, "ottla", OttlaApplication::requireBothRoles);
  }

  private static void requireBothRoles(NodeConfig config) {
    if (!config.has(Role.CONTROLLER) || !config.has(Role.BROKER)) {
      throw new ConfigException("this application runs both roles: set process.roles=controller,broker, or start the"
          + " controller or broker application");
    }
  }
}
