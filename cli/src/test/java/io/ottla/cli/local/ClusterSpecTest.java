package io.ottla.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterSpecTest {
  private static List<Integer> ports(ClusterSpec spec) {
    return spec.nodes().stream().flatMap(node -> node.ports().stream()).toList();
  }

  @Test
  void brokersAnswerOn8081AndControllersOn9081ByDefault() {
    ClusterSpec spec = ClusterSpec.cluster(3, 3, 0, Map.of());
    assertThat(spec.clientUrls()).hasToString("[http://127.0.0.1:8081, http://127.0.0.1:8082, http://127.0.0.1:8083]");
    assertThat(spec.voters()).isEqualTo("1@127.0.0.1:9081,2@127.0.0.1:9082,3@127.0.0.1:9083");
    assertThat(spec.brokers()).extracting(NodeSpec::id).containsExactly(101, 102, 103);
  }

  @Test
  void controllersHaveNoClientPort() {
    assertThat(ClusterSpec.cluster(3, 3, 0, Map.of()).controllers()).allMatch(node -> node.clientUrl().isEmpty());
  }

  @Test
  void noPortIsGivenTwice() {
    assertThat(ports(ClusterSpec.cluster(19, 19, 0, Map.of()))).doesNotHaveDuplicates();
    assertThat(ports(ClusterSpec.cluster(19, 19, 20_000, Map.of()))).doesNotHaveDuplicates();
  }

  @Test
  void clustersAHundredPortsApartDoNotTouch() {
    assertThat(ports(ClusterSpec.cluster(19, 19, 20_000, Map.of()))).allMatch(port -> port >= 20_000 && port < 20_100);
  }

  @Test
  void theCombinedNodeStandsBesideTheDefaultCluster() {
    ClusterSpec combined = ClusterSpec.combined(0, Map.of());
    assertThat(combined.clientUrls()).hasToString("[http://127.0.0.1:8080]");
    assertThat(combined.controllers()).isEqualTo(combined.brokers());
    assertThat(ports(combined)).doesNotContainAnyElementsOf(ports(ClusterSpec.cluster(19, 19, 0, Map.of())));
  }

  @Test
  void countsAndPortsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> ClusterSpec.cluster(0, 3, 0, Map.of())).hasMessageContaining("controllers must be 1..19");
    assertThatThrownBy(() -> ClusterSpec.cluster(3, 20, 0, Map.of())).hasMessageContaining("brokers must be 1..19");
    assertThatThrownBy(() -> ClusterSpec.cluster(3, 3, 80, Map.of())).hasMessageContaining("base port");
    assertThatThrownBy(() -> ClusterSpec.cluster(3, 3, 65_500, Map.of())).hasMessageContaining("base port");
  }

  @Test
  void laterSettingsLieOverEarlierOnes() {
    ClusterSpec spec = ClusterSpec.cluster(1, 1, 0, Map.of("a", "1", "b", "2")).withSettings(Map.of("b", "3"));
    assertThat(spec.settings()).isEqualTo(Map.of("a", "1", "b", "3"));
  }

  @Test
  void nodesAreToldTheirPlaceAndTheSettings() {
    ClusterSpec spec = ClusterSpec.cluster(3, 1, 20_000, Map.of("durability", "os"));
    NodeSpec broker = spec.brokers().getFirst();
    Map<String, String> settings = NodeCommandLine.settings(new DataDirectory(java.nio.file.Path.of("/d")), spec,
        broker);
    assertThat(settings).containsEntry("process.roles", "broker").containsEntry("node.id", "101")
        .containsEntry("listeners", "CLIENT://127.0.0.1:20001,INTERNAL://127.0.0.1:20041")
        .containsEntry("management.server.port", "20081").containsEntry("log.dirs", "/d/node-101")
        .containsEntry("controller.quorum.initial.voters", "1@127.0.0.1:20021,2@127.0.0.1:20022,3@127.0.0.1:20023")
        .containsEntry("durability", "os");
  }
}
