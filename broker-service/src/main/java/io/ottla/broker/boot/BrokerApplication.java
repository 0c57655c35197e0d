package io.ottla.broker.boot;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;

import io.ottla.common.config.ConfigException;
import io.ottla.common.config.Listener;
import io.ottla.common.config.NodeConfig;
import io.ottla.common.config.Role;
import io.ottla.common.config.Settings;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** Entry point of a broker process. Settings come from {@code --key=value} arguments, then from {@code OTTLA_} variables. */
public final class BrokerApplication {
  private static final int BAD_CONFIGURATION = 1;

  private BrokerApplication() {
  }

  /** Runs a broker until the process is told to stop. */
  public static void main(String[] args) {
    NodeConfig config;
    try {
      config = config(args, System.getenv());
    } catch (ConfigException e) {
      System.err.println("ottla: " + e.getMessage());
      System.exit(BAD_CONFIGURATION);
      return;
    }
    try {
      run(config);
    } catch (RuntimeException e) {
      System.err.println("ottla: broker cannot start: " + rootMessage(e));
      System.exit(BAD_CONFIGURATION);
    }
  }

  /** Starts the application with settings that are checked already. */
  public static ConfigurableApplicationContext run(NodeConfig config) {
    Listener client = config.listener(Listener.CLIENT);
    SpringApplication application = new SpringApplication(BrokerWiring.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setWebApplicationType(WebApplicationType.SERVLET);
    application.setDefaultProperties(Map.of("spring.application.name", "ottla-broker"));
    application.addInitializers(context -> context.getBeanFactory().registerSingleton("nodeConfig", config));
    Map<String, Object> ports = new HashMap<>();
    ports.put("server.address", client.host());
    ports.put("server.port", client.port());
    ports.put("management.server.address", config.managementHost());
    ports.put("management.server.port", config.managementPort());
    application.addInitializers(context -> context.getEnvironment().getPropertySources()
        .addFirst(new org.springframework.core.env.MapPropertySource("ottla", ports)));
    return application.run();
  }

  static NodeConfig config(String[] args, Map<String, String> environment) {
    Map<String, String> values = new HashMap<>(Settings.fromEnvironment(environment));
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (!arg.startsWith("--") || equals < 0) {
        throw new ConfigException("argument '" + arg + "' is not of the form --setting=value");
      }
      String name = arg.substring(2, equals);
      if (Settings.find(name) == null && !name.startsWith("logging.") && !name.startsWith("spring.")) {
        throw new ConfigException("unknown setting " + name);
      }
      values.put(name, arg.substring(equals + 1));
    }
    NodeConfig config = NodeConfig.read(values::get, hostName());
    if (!config.has(Role.BROKER)) {
      throw new ConfigException("process.roles does not contain broker; start the controller service instead");
    }
    return config;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
