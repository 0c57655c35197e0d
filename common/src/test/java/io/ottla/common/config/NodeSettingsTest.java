package io.ottla.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
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

  @Test
  void faultsAreForTestsThatSaySoOnTheCommandLine() {
    List<String> controller = List.of("--process.roles=controller", "--node.id=1",
        "--controller.quorum.initial.voters=1@a:9090");
    assertThat(config(controller, Map.of()).faults()).isFalse();
    assertThatThrownBy(() -> config(with(controller, "--faults.enabled=true"), Map.of()))
        .isInstanceOf(ConfigException.class).hasMessageContaining("--spring.profiles.active=test");
    assertThatThrownBy(
        () -> config(controller, Map.of("OTTLA_FAULTS_ENABLED", "true", "SPRING_PROFILES_ACTIVE", "test")))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> config(with(controller, "--faults.enabled=true", "--spring.profiles.active=testing"),
        Map.of())).isInstanceOf(ConfigException.class);
    assertThat(config(with(controller, "--spring.profiles.active=test"), Map.of()).faults()).isFalse();
    assertThat(config(with(controller, "--faults.enabled=true", "--spring.profiles.active=a,test"), Map.of()).faults())
        .isTrue();
  }

  private static List<String> with(List<String> arguments, String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return all;
  }

  private static NodeConfig config(List<String> arguments, Map<String, String> environment) {
    return NodeSettings.gather(arguments, environment).config("this-host");
  }
}
