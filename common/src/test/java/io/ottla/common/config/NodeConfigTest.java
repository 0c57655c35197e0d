package io.ottla.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Defaults, the whole mapping of keys, and each refusal. */
class NodeConfigTest {
  private static final Map<String, String> CONTROLLER = Map.of("process.roles", "controller", "node.id", "1",
      "controller.quorum.initial.voters", "1@a:9090,2@b:9090,3@c:9090");

  private static final String START = "<!-- settings: written by mvn -pl common test -Dottla.golden=update -->";
  private static final String END = "<!-- /settings -->";

  private static NodeConfig read(Map<String, String> values) {
    return NodeConfig.read(values::get, "this-host");
  }

  private static Map<String, String> with(String... pairs) {
    Map<String, String> values = new HashMap<>(CONTROLLER);
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(pairs[i], pairs[i + 1]);
    }
    return values;
  }

  @Test
  void defaultsAreTheDocumentedOnes() {
    NodeConfig config = read(CONTROLLER);
    assertThat(config.roles()).containsExactly(Role.CONTROLLER);
    assertThat(config.bootstrapServers()).hasSize(3);
    assertThat(config.listener("INTERNAL").port()).isEqualTo(9090);
    assertThat(config.advertised("INTERNAL").host()).isEqualTo("this-host");
    assertThat(config.quorum()).isEqualTo(new NodeConfig.QuorumTiming(50, 300, 600, 500, 200));
    assertThat(config.broker().durability()).isEqualTo(Durability.SYNC);
    assertThat(config.topics().minIsr()).isEqualTo(2);
    assertThat(config.metadataDir()).hasToString("data/metadata");
  }

  @Test
  void logDirectoriesAreOneOrSeveral() {
    assertThat(read(CONTROLLER).logDirs()).containsExactly(Path.of("data"));
    assertThat(read(with("log.dir", "/one")).logDirs()).containsExactly(Path.of("/one"));
    NodeConfig several = read(with("log.dirs", "/a, /b", "log.dir", "/one"));
    assertThat(several.logDirs()).as("log.dirs wins").containsExactly(Path.of("/a"), Path.of("/b"));
    assertThat(several.metadataDir()).isEqualTo(Path.of("/a/metadata"));
    assertThatThrownBy(() -> read(with("log.dirs", "/a,/b/../a"))).isInstanceOf(ConfigException.class)
        .hasMessageContaining("log.dirs names /a twice");
  }

  @Test
  void everySettingIsRead() {
    Map<String, String> values = new HashMap<>(CONTROLLER);
    java.util.Set<String> asked = new java.util.HashSet<>();
    NodeConfig.read(name -> {
      asked.add(name);
      return values.get(name);
    }, "h");
    assertThat(asked).containsExactlyInAnyOrderElementsOf(Settings.all().stream().map(Setting::name).toList());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"process.roles|chef|not a role", "node.id|-1|whole number",
      "node.id|x|whole number",
      "node.id|7|does not name this controller", "durability|maybe|sync, interval or os",
      "controller.quorum.heartbeat.interval.ms|100|a fifth", "broker.heartbeat.interval.ms|2000|a third",
      "controller.quorum.election.timeout.min.ms|600|below", "controller.quorum.request.timeout.ms|300|below",
      "min.insync.replicas|4|must not exceed", "management.server.port|9090|listener's port",
      "management.server.port|70000|not a port", "listeners|INTERNAL://h|not host:port",
      "listeners|INTERNAL:h:1|not NAME",
      "listeners|OTHER://h:1,INTERNAL://h:2|unknown name", "listeners|CLIENT://h:1|no INTERNAL",
      "controller.quorum.initial.voters|1@a:1,1@b:2|twice", "controller.quorum.initial.voters|a:1|not id@host:port",
      "unclean.leader.election.enable|yes|true or false", "message.max.bytes|999999999|must hold",
      "replica.fetch.wait.max.ms|99999|must not exceed", "http.max.records|0|between 1"})
  void aWrongValueIsRefusedWithTheRemedy(String name, String value, String message) {
    assertThatThrownBy(() -> read(with(name, value))).isInstanceOf(ConfigException.class).hasMessageContaining(message);
  }

  /** The README's table is generated from the catalogue; -Dottla.golden=update rewrites it. */
  @Test
  void theReadmeListsEverySetting() throws java.io.IOException {
    String root = System.getProperty("ottla.root");
    Path readme = Path.of(root == null ? ".." : root).resolve("README.md");
    StringBuilder table = new StringBuilder(START + "\n| setting | default | meaning |\n|---|---|---|\n");
    for (Setting setting : Settings.all()) {
      String value = setting.defaultValue().isEmpty() ? "–" : "`" + setting.defaultValue() + "`";
      table.append("| `").append(setting.name()).append("` | ").append(value).append(" | ").append(setting.meaning())
          .append(" |\n");
    }
    table.append(END);
    String text = Files.readString(readme);
    String updated = text.substring(0, text.indexOf(START)) + table + text.substring(text.indexOf(END) + END.length());
    if ("update".equals(System.getProperty("ottla.golden"))) {
      Files.writeString(readme, updated);
    }
    assertThat(Files.readString(readme)).isEqualTo(updated);
  }

  @Test
  void aBrokerNeedsToKnowControllers() {
    assertThatThrownBy(() -> read(Map.of("process.roles", "broker", "node.id", "101")))
        .hasMessageContaining("no controllers known");
  }

  @Test
  void environmentVariablesMapToSettings() {
    assertThat(Settings.fromEnvironment(Map.of("OTTLA_NODE_ID", "3", "HOME", "/x")))
        .containsExactly(Map.entry("node.id", "3"));
  }

  @Test
  void variablesOfTheCommandLineAreNoSettings() {
    assertThat(Settings.fromEnvironment(Map.of("OTTLA_SERVER", "http://h:1", "OTTLA_CONTROLLERS", "h:2"))).isEmpty();
  }

  @Test
  void aMisspeltVariableIsRefusedWithTheNearestName() {
    assertThatThrownBy(() -> Settings.fromEnvironment(Map.of("OTTLA_NODEID", "3")))
        .hasMessageContaining("OTTLA_NODE_ID");
  }
}
