package io.ottla.cli;

import io.ottla.cli.local.ClusterSpec;
import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.terminal.Console;
import java.net.URI;

/** What {@code up} and {@code dev} end with: where it listens, and lines to paste. */
final class StartReport {
  private StartReport() {
  }

  static void print(Console console, LocalCluster cluster) {
    ClusterSpec spec = cluster.spec();
    URI first = spec.clientUrls().getFirst();
    console.print("  clients     " + String.join("  ", spec.clientUrls().stream().map(URI::toString).toList()));
    console.print("  swagger ui  " + first + "/swagger-ui.html");
    console.print("  data, logs  " + cluster.directory().root());
    console.print("");
    console.print("Create a topic, write to it, read it:");
    console.print("");
    console.print("  ./ottla topics create demo --partitions 6" + dataDirectory(cluster));
    console.print("  curl -s -X POST " + first
        + "/topics/demo -H 'Content-Type: application/json' -d '{\"records\":[{\"key\":\"a\",\"value\":{\"hello\":\"world\"}}]}'");
    console.print("  ./ottla consume demo --from-beginning" + dataDirectory(cluster));
  }

  /** Commands find a cluster in a default place by themselves. */
  private static String dataDirectory(LocalCluster cluster) {
    boolean standard = cluster.directory().root().getParent() != null
        && cluster.directory().root().getParent().endsWith(".ottla");
    return standard ? "" : " --data-dir " + cluster.directory().root();
  }
}
