package io.ottla.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What docker-compose.yml must keep: found by people who learnt it from an outage, easily lost in an edit. */
class ComposeFileTest {
  private static final Path ROOT = Path.of(System.getProperty("ottla.root", ".."));

  /** The file with its anchors and merges resolved. */
  private static JsonNode compose() throws IOException {
    try (Reader file = Files.newBufferedReader(ROOT.resolve("docker-compose.yml"))) {
      return new ObjectMapper().valueToTree(new Yaml().<Object>load(file));
    }
  }

  private static List<JsonNode> services() throws IOException {
    List<JsonNode> services = new ArrayList<>();
    compose().path("services").forEach(services::add);
    return services;
  }

  private static boolean isController(JsonNode service) {
    return variable(service, "OTTLA_PROCESS_ROLES").equals("controller");
  }

  private static String variable(JsonNode service, String name) {
    return service.path("environment").path(name).asText();
  }

  @Test
  void threeControllersAndThreeBrokersWithUniqueIds() throws IOException {
    assertThat(services().stream().filter(ComposeFileTest::isController)).hasSize(3);
    assertThat(services().stream().map(service -> variable(service, "OTTLA_NODE_ID"))).hasSize(6)
        .doesNotHaveDuplicates()
        .doesNotContain("");
  }

  @Test
  void theImageIsBuiltOnceAndUsedByAll() throws IOException {
    assertThat(services().stream().filter(service -> service.has("build"))).hasSize(1);
    assertThat(services().stream().map(service -> service.path("image").asText()).distinct()).hasSize(1)
        .doesNotContain("");
  }

  @Test
  void controllersPublishNothingAndBrokersOnLoopbackOnly() throws IOException {
    for (JsonNode service : services()) {
      if (isController(service)) {
        assertThat(service.has("ports")).isFalse();
        assertThat(service.path("networks")).hasToString("[\"internal\"]");
      } else {
        assertThat(service.path("ports")).isNotEmpty().allMatch(port -> port.asText().startsWith("127.0.0.1:"));
      }
    }
    assertThat(compose().path("networks").path("internal").path("internal").asBoolean()).isTrue();
  }

  @Test
  void everyNodeHasItsOwnVolumeAndTimeToStop() throws IOException {
    assertThat(services().stream().map(service -> service.path("volumes").path(0).asText())).doesNotHaveDuplicates()
        .allMatch(volume -> volume.endsWith(":/var/lib/ottla"));
    assertThat(services())
        .allMatch(service -> Integer.parseInt(service.path("stop_grace_period").asText().replace("s", "")) >= 60);
  }

  @Test
  void nobodyWaitsForAnothersHealth() throws IOException {
    assertThat(services()).noneMatch(service -> service.has("depends_on"));
  }

  @Test
  void containersRunWithoutPrivileges() throws IOException {
    for (JsonNode service : services()) {
      assertThat(service.path("user").asText()).isEqualTo("10001:10001");
      assertThat(service.path("read_only").asBoolean()).isTrue();
      assertThat(service.path("cap_drop")).hasToString("[\"ALL\"]");
      assertThat(service.path("healthcheck").path("test"))
          .hasToString("[\"CMD\",\"/opt/ottla/bin/healthcheck\",\"readiness\"]");
    }
  }

  @Test
  void everyVariableIsAKnownSettingAndTheVotersAreTheControllers() throws IOException {
    StringBuilder voters = new StringBuilder();
    for (JsonNode service : services()) {
      service.path("environment").fieldNames()
          .forEachRemaining(name -> assertThat(KubernetesManifestTest.knownVariables()).contains(name));
      if (isController(service)) {
        voters.append(voters.isEmpty() ? "" : ",").append(variable(service, "OTTLA_NODE_ID")).append('@')
            .append(service.path("hostname").asText()).append(":9090");
      }
    }
    assertThat(services())
        .allMatch(service -> variable(service, "OTTLA_CONTROLLER_QUORUM_INITIAL_VOTERS").contentEquals(voters));
  }
}
