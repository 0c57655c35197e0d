package io.ottla.controller.boot;

import io.ottla.common.config.ConfigException;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.config.NodeSettings;
import io.ottla.common.config.Role;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.PortInUseException;

/** Runs a controller. Exit codes: 1 bad settings, 2 fatal error, 3 damaged directory that needs an operator. */
public final class ControllerApplication {
  private static final int EXIT_BAD_SETTINGS = 1;

  private ControllerApplication() {
  }

  /** @param arguments settings as {@code --name=value}; {@code OTTLA_} environment variables are read as well */
  public static void main(String[] arguments) {
    try {
      NodeSettings settings = NodeSettings.gather(List.of(arguments), System.getenv());
      run(settings, settings.config(hostName()));
    } catch (ConfigException e) {
      end(EXIT_BAD_SETTINGS, e);
    }
  }

  private static void run(NodeSettings settings, NodeConfig config) {
    if (!config.has(Role.CONTROLLER)) {
      throw new ConfigException("process.roles must include controller: this application runs controllers only");
    }
    if (config.has(Role.BROKER)) {
      throw new ConfigException("process.roles=controller,broker needs the standalone application, not this one");
    }
    SpringApplication application = new SpringApplication(ControllerWiring.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setLogStartupInfo(false);
    application.setDefaultProperties(Map.of("server.port", config.managementPort(), "server.address",
        config.managementHost()));
    application.addInitializers(context -> context.getBeanFactory().registerSingleton("nodeConfig", config));
    try {
      application.run(settings.frameworkArguments().toArray(String[]::new));
    } catch (RuntimeException e) {
      endBecauseOf(e);
    }
  }

  /** Expected reasons not to start get one line; anything else is a bug and shows where it happened. */
  private static void endBecauseOf(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConfigException) {
        end(EXIT_BAD_SETTINGS, cause);
      }
      if (cause instanceof PortInUseException inUse) {
        end(EXIT_BAD_SETTINGS, new ConfigException("management.server.port=" + inUse.getPort()
            + " is in use by another process; choose another port or stop that process"));
      }
      if (cause instanceof IllegalStateException && String.valueOf(cause.getMessage()).startsWith("cannot listen on")) {
        end(EXIT_BAD_SETTINGS, cause);
      }
    }
    throw failure;
  }

  private static void end(int exitCode, Throwable reason) {
    System.err.println("ottla controller: " + reason.getMessage());
    System.exit(exitCode);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
