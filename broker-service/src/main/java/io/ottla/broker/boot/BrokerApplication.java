package io.ottla.broker.boot;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.ottla.common.config.ConfigException;
import io.ottla.common.config.Listener;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.config.NodeSettings;
import io.ottla.common.config.Role;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.core.env.MapPropertySource;

/** Entry point of a broker process. Exit codes: 1 bad settings or a port that is taken, 2 a failure that a restart may cure. */
public final class BrokerApplication {
  private static final int EXIT_BAD_SETTINGS = 1;

  private BrokerApplication() {
  }

  /** Runs a broker; settings are {@code --name=value} arguments over {@code OTTLA_} variables. */
  public static void main(String[] arguments) {
    launch(List.of(arguments), BrokerWiring.class, "ottla-broker", BrokerApplication::requireBrokerOnly);
  }

  private static void requireBrokerOnly(NodeConfig config) {
    if (!config.has(Role.BROKER)) {
      throw new ConfigException("process.roles must include broker: this application runs brokers only");
    }
    if (config.has(Role.CONTROLLER)) {
      throw new ConfigException("process.roles=controller,broker needs the standalone application, not this one");
    }
  }

  /**
   * Runs an application that has the broker role, until the process is told to stop.
   *
   * @param wiring the beans; finds the checked {@link NodeConfig} in its context
   * @param check refuses settings the application cannot serve, with a {@link ConfigException}
   */
  public static void launch(List<String> arguments, Class<?> wiring, String name, Consumer<NodeConfig> check) {
    try {
      NodeSettings settings = NodeSettings.gather(arguments, System.getenv());
      NodeConfig config = settings.config(hostName());
      check.accept(config);
      application(wiring, name, config).run(settings.frameworkArguments().toArray(String[]::new));
    } catch (ConfigException e) {
      end(e);
    } catch (RuntimeException e) {
      endBecauseOf(e);
    }
  }

  private static SpringApplication application(Class<?> wiring, String name, NodeConfig config) {
    Listener client = config.listener(Listener.CLIENT);
    SpringApplication application = new SpringApplication(wiring);
    application.setBannerMode(Banner.Mode.OFF);
    application.setLogStartupInfo(false);
    application.setWebApplicationType(WebApplicationType.SERVLET);
    application.setDefaultProperties(Map.of("logging.level.org.springframework.web.servlet.PageNotFound", "error"));
    Map<String, Object> ports = new HashMap<>();
    ports.put("spring.application.name", name);
    ports.put("server.address", client.host());
    ports.put("server.port", client.port());
    ports.put("management.server.address", config.managementHost());
    ports.put("management.server.port", config.managementPort());
    application.addInitializers(context -> {
      context.getBeanFactory().registerSingleton("nodeConfig", config);
      context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("ottla", ports));
    });
    return application;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** Expected reasons not to start get one line; anything else is a bug and shows where it happened. */
  private static void endBecauseOf(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      boolean portIsTaken = cause instanceof org.springframework.boot.web.server.PortInUseException
          || (cause instanceof IllegalStateException
              && String.valueOf(cause.getMessage()).startsWith("cannot listen on"));
      if (cause instanceof ConfigException || portIsTaken) {
        end(cause);
      }
    }
    throw failure;
  }

  private static void end(Throwable reason) {
    System.err.println("ottla: " + reason.getMessage());
    System.exit(EXIT_BAD_SETTINGS);
  }
}
