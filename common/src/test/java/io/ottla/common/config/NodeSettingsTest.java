package io.ottla.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Settings from the command line and the environment. */
final class NodeSettingsTest {
  @Test
  void argumentsWinOverTheEnvironment() {
    NodeSettings settings = NodeSettings.gather(List.of("--node.id=2", "--logging.level.root=debug"),
        Map.of("OTTLA_NODE_ID", "1", "OTTLA_PROCESS_ROLES", "controller", "HOME", "/"));
    assertThat(settings.values()).containsExactlyInAnyOrderEntriesOf(
        Map.of("node.id", "2", "process.roles", "controller"));
    assertThat(settings.frameworkArguments()).containsExactly("--logging.level.root=debug");
  }

  @Test
  void unknownOrMalformedArgumentsAreRefusedWithTheNearestName() {
    assertThatThrownBy(() -> NodeSettings.gather(List.of("--node.idd=2"), Map.of()))
        .isInstanceOf(ConfigException.class).hasMessageContaining("did you mean --node.id?");
    assertThatThrownBy(() -> NodeSettings.gather(List.of("--node.id"), Map.of())).isInstanceOf(ConfigException.class)
        .hasMessageContaining("needs a value");
    assertThatThrownBy(() -> NodeSettings.gather(List.of("node.id=2"), Map.of())).isInstanceOf(ConfigException.class)
        .hasMessageContaining("is not --name=value");
  }
}
