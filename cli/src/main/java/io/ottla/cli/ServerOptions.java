package io.ottla.cli;

import io.ottla.cli.client.ClusterClient;
import io.ottla.cli.local.ClusterSpec;
import io.ottla.cli.local.DataDirectory;
import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command talks to: named ones first, then {@code OTTLA_SERVER}, then the one that runs here. */
final class ServerOptions {
  private static final URI FALLBACK = URI.create("http://127.0.0.1:8081");

  @Option(names = "--server", paramLabel = "URL", split = ",", description = "Broker URL or host:port; repeat or separate by commas to have others tried. Default: the local cluster that runs here, else http://127.0.0.1:8081.")
  private List<String> servers = new ArrayList<>();

  @Option(names = "--data-dir", paramLabel = "DIR", description = "Talk to the local cluster whose data is there.")
  private @Nullable Path dataDirectory;

  @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "30", description = "How long to wait for an answer (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  Duration timeout() {
    if (timeoutSeconds < 1)
      throw new IllegalArgumentException("--timeout must be at least 1");
    return Duration.ofSeconds(timeoutSeconds);
  }

  ClusterClient client(Context context) {
    return new ClusterClient(urls(context), timeout());
  }

  /** The local cluster meant, when no server was named. */
  Optional<LocalCluster> local(Context context) {
    if (!servers.isEmpty() || context.environment().containsKey("OTTLA_SERVER"))
      return Optional.empty();
    Path chosen = dataDirectory;
    if (chosen != null) {
      DataDirectory directory = new DataDirectory(chosen);
      return Optional.of(new LocalCluster(directory, directory.require()));
    }
    for (Path candidate : List.of(context.defaultClusterDirectory(), context.defaultDevDirectory())) {
      DataDirectory directory = new DataDirectory(candidate);
      Optional<LocalCluster> cluster = directory.load().map(spec -> new LocalCluster(directory, spec))
          .filter(ServerOptions::runs);
      if (cluster.isPresent())
        return cluster;
    }
    return Optional.empty();
  }

  private List<URI> urls(Context context) {
    String named = context.environment().get("OTTLA_SERVER");
    if (!servers.isEmpty())
      return servers.stream().map(ServerOptions::url).toList();
    if (dataDirectory == null && named != null)
      return List.of(named.split(",")).stream().map(ServerOptions::url).toList();
    return local(context).map(ServerOptions::brokersOf).orElse(List.of(FALLBACK));
  }

  /** Running brokers before those that do not run: a dead one is asked last. */
  private static List<URI> brokersOf(LocalCluster cluster) {
    ClusterSpec spec = cluster.spec();
    List<NodeSpec> stopped = cluster.stopped();
    List<URI> urls = new ArrayList<>();
    for (boolean running : new boolean[] {true, false}) {
      spec.brokers().stream().filter(node -> stopped.contains(node) != running)
          .forEach(node -> urls.add(URI.create(node.clientUrl())));
    }
    return urls;
  }

  private static boolean runs(LocalCluster cluster) {
    return cluster.stopped().size() < cluster.spec().nodes().size();
  }

  /** {@code host:port} and URLs alike. */
  static URI url(String text) {
    URI url = URI.create(text.contains("://") ? text : "http://" + text);
    String scheme = url.getScheme();
    if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException("not an http URL or host:port: " + text);
    }
    return url;
  }
}
