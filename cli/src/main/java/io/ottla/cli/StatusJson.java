package io.ottla.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.local.NodeProbe.Seen;
import io.ottla.cli.local.NodeSpec;
import io.ottla.cli.terminal.Json;

/** The stable JSON of {@code status --json}; {@code up --json} and {@code dev --json} print the same. */
final class StatusJson {
  private StatusJson() {
  }

  static String of(LocalCluster cluster) throws InterruptedException {
    ObjectNode status = Json.object().put("dataDir", cluster.directory().root().toString()).put("basePort",
        cluster.spec().basePort());
    ArrayNode nodes = status.putArray("nodes");
    for (Seen seen : cluster.look()) {
      nodes.add(node(cluster, seen));
    }
    return Json.pretty(status);
  }

  private static ObjectNode node(LocalCluster cluster, Seen seen) {
    NodeSpec spec = seen.node();
    ObjectNode node = Json.object().put("id", spec.id());
    ArrayNode roles = node.putArray("roles");
    spec.app().roles().forEach(roles::add);
    node.put("state", seen.state().word());
    seen.process().ifPresentOrElse(process -> node.put("pid", process.pid()), () -> node.putNull("pid"));
    if (spec.clientPort() == 0) {
      node.putNull("clientUrl");
    } else {
      node.put("clientUrl", spec.clientUrl());
    }
    return node.put("internalUrl", spec.internalUrl()).put("managementUrl", spec.managementUrl())
        .put("dataDir", cluster.directory().nodeData(spec).toString())
        .put("logFile", cluster.directory().logFile(spec).toString());
  }
}
