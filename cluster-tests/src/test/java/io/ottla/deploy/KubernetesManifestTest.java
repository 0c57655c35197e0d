package io.ottla.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.ottla.common.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the Kubernetes manifests must agree on among themselves and with the settings catalogue. */
class KubernetesManifestTest {
  private static final Path BASE = Path.of(System.getProperty("ottla.root", ".."), "k8s", "base");
  private static final int INTERNAL = 9090;
  private static final int MANAGEMENT = 9091;

  private static <T extends HasMetadata> List<T> all(Class<T> type) throws IOException {
    return StrictManifests.readAll(BASE).stream().filter(type::isInstance).map(type::cast).toList();
  }

  static Stream<StatefulSet> sets() throws IOException {
    return all(StatefulSet.class).stream();
  }

  private static StatefulSet set(String name) throws IOException {
    return sets().filter(set -> set.getMetadata().getName().equals(name)).findFirst().orElseThrow();
  }

  private static Map<String, String> podLabels(StatefulSet set) {
    return set.getSpec().getTemplate().getMetadata().getLabels();
  }

  private static PodSpec pod(StatefulSet set) {
    return set.getSpec().getTemplate().getSpec();
  }

  private static Container container(StatefulSet set) {
    return pod(set).getContainers().getFirst();
  }

  private static JsonNode kustomization() throws IOException {
    return StrictManifests.documents(Files.readString(BASE.resolve("kustomization.yaml"))).getFirst();
  }

  private static List<String> literals() throws IOException {
    List<String> literals = new ArrayList<>();
    kustomization().path("configMapGenerator").path(0).path("literals")
        .forEach(literal -> literals.add(literal.asText()));
    return literals;
  }

  @Test
  void theKustomizationListsEveryManifest() throws IOException {
    List<String> listed = new ArrayList<>();
    kustomization().path("resources").forEach(resource -> listed.add(resource.asText()));
    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(
            StrictManifests.manifests(BASE).stream().map(file -> "" + file.getFileName()).toList());
  }

  @ParameterizedTest
  @MethodSource("sets")
  void podsAreProbedOnTheManagementPort(StatefulSet set) {
    Container container = container(set);
    for (Probe probe : List.of(container.getStartupProbe(), container.getLivenessProbe(),
        container.getReadinessProbe())) {
      assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("management");
    }
    assertThat(container.getStartupProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
    assertThat(container.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/liveness");
    assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/actuator/health/readiness");
    assertThat(container.getPorts())
        .anyMatch(port -> port.getName().equals("management") && port.getContainerPort() == MANAGEMENT);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void podsRunWithoutAnyPrivilege(StatefulSet set) {
    PodSpec pod = pod(set);
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(10_001L);
    assertThat(pod.getSecurityContext().getFsGroup()).isEqualTo(10_001L);
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getEnableServiceLinks()).isFalse();
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getHostPID()).isNull();
    var security = container(set).getSecurityContext();
    assertThat(security.getAllowPrivilegeEscalation()).isFalse();
    assertThat(security.getReadOnlyRootFilesystem()).isTrue();
    assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(security.getPrivileged()).isNull();
    assertThat(pod.getVolumes()).allMatch(volume -> volume.getHostPath() == null);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void podsHaveAnAccountOfTheirOwn(StatefulSet set) throws IOException {
    assertThat(all(ServiceAccount.class))
        .anyMatch(account -> account.getMetadata().getName().equals(pod(set).getServiceAccountName())
            && !account.getAutomountServiceAccountToken());
  }

  @ParameterizedTest
  @MethodSource("sets")
  void memoryIsReservedAsLimitedAndTheImageIsPinned(StatefulSet set) {
    var resources = container(set).getResources();
    assertThat(resources.getRequests().get("memory")).isEqualTo(resources.getLimits().get("memory"));
    assertThat(resources.getRequests()).containsKey("cpu");
    assertThat(resources.getLimits()).doesNotContainKey("cpu");
    assertThat(container(set).getImage()).matches("[a-z/.-]+:\\d+\\.\\d+\\.\\d+");
  }

  @ParameterizedTest
  @MethodSource("sets")
  void dataOutlivesPodsAndScaling(StatefulSet set) {
    var retention = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
    assertThat(List.of(retention.getWhenDeleted(), retention.getWhenScaled())).containsOnly("Retain");
    assertThat(set.getSpec().getVolumeClaimTemplates()).hasSize(1);
    String claim = set.getSpec().getVolumeClaimTemplates().getFirst().getMetadata().getName();
    assertThat(container(set).getVolumeMounts())
        .anyMatch(mount -> mount.getName().equals(claim) && mount.getMountPath().equals("/var/lib/ottla"));
    assertThat(set.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
  }

  @ParameterizedTest
  @MethodSource("sets")
  void selectorsAreThePodsLabelsAndTheBudgetIsTheSetsOwn(StatefulSet set) throws IOException {
    assertThat(set.getSpec().getSelector().getMatchLabels()).isEqualTo(podLabels(set));
    List<PodDisruptionBudget> budgets = all(PodDisruptionBudget.class).stream()
        .filter(budget -> budget.getSpec().getSelector().getMatchLabels().equals(podLabels(set))).toList();
    assertThat(budgets).hasSize(1);
    int unavailable = budgets.getFirst().getSpec().getMaxUnavailable().getIntVal();
    assertThat(unavailable).isBetween(1, (set.getSpec().getReplicas() - 1) / 2);
    assertThat(budgets.getFirst().getSpec().getUnhealthyPodEvictionPolicy()).isEqualTo("AlwaysAllow");
  }

  @ParameterizedTest
  @MethodSource("sets")
  void peersFindEachOtherByAHeadlessServiceThatPublishesNotReadyPods(StatefulSet set) throws IOException {
    Service service = service(set.getSpec().getServiceName());
    assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
    assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
    assertThat(service.getSpec().getSelector()).isEqualTo(podLabels(set));
    assertThat(service.getSpec().getPorts()).extracting(ServicePort::getPort).containsExactly(INTERNAL);
  }

  private static Service service(String name) throws IOException {
    return all(Service.class).stream().filter(service -> service.getMetadata().getName().equals(name)).findFirst()
        .orElseThrow();
  }

  @Test
  void clientsReachBrokersOnlyAndOnlyTheClientPort() throws IOException {
    List<Service> forClients = all(Service.class).stream()
        .filter(service -> !"None".equals(service.getSpec().getClusterIP())).toList();
    assertThat(forClients).hasSize(1);
    Service service = forClients.getFirst();
    assertThat(service.getSpec().getSelector()).isEqualTo(podLabels(set("broker")));
    assertThat(service.getSpec().getPorts()).extracting(ServicePort::getPort).containsExactly(8082);
    assertThat(service.getSpec().getPublishNotReadyAddresses()).isNull();
    assertThat(service.getSpec().getType()).isEqualTo("ClusterIP");
  }

  @ParameterizedTest
  @MethodSource("sets")
  void everyPodHasANetworkPolicyForBothDirections(StatefulSet set) throws IOException {
    assertThat(all(NetworkPolicy.class))
        .anyMatch(policy -> policy.getSpec().getPodSelector().getMatchLabels().equals(podLabels(set))
            && policy.getSpec().getPolicyTypes().containsAll(List.of("Ingress", "Egress")));
  }

  @Test
  void theInternalPortIsOpenToNodesOnly() throws IOException {
    for (NetworkPolicy policy : all(NetworkPolicy.class)) {
      policy.getSpec().getIngress().stream()
          .filter(rule -> rule.getPorts().stream().anyMatch(port -> "internal".equals(port.getPort().getStrVal())))
          .forEach(rule -> assertThat(rule.getFrom()).isNotEmpty());
    }
  }

  @Test
  void theVotersAreTheControllerPods() throws IOException {
    StatefulSet controllers = set("controller");
    int first = controllers.getSpec().getOrdinals().getStart();
    List<String> expected = new ArrayList<>();
    for (int id = first; id < first + controllers.getSpec().getReplicas(); id++) {
      expected.add(id + "@controller-" + id + "." + controllers.getSpec().getServiceName() + ":" + INTERNAL);
    }
    assertThat(controllers.getSpec().getReplicas() % 2).isEqualTo(1);
    assertThat(literals()).contains("OTTLA_CONTROLLER_QUORUM_INITIAL_VOTERS=" + String.join(",", expected));
  }

  @Test
  void nodeIdsOfControllersAndBrokersDoNotMeet() throws IOException {
    StatefulSet controllers = set("controller");
    assertThat(controllers.getSpec().getOrdinals().getStart() + controllers.getSpec().getReplicas())
        .isLessThanOrEqualTo(set("broker").getSpec().getOrdinals().getStart());
    for (StatefulSet each : sets().toList()) {
      assertThat(environment(each, "OTTLA_NODE_ID").getValueFrom().getFieldRef().getFieldPath())
          .isEqualTo("metadata.labels['apps.kubernetes.io/pod-index']");
      assertThat(environment(each, "OTTLA_PROCESS_ROLES").getValue()).isEqualTo(each.getMetadata().getName());
    }
  }

  private static EnvVar environment(StatefulSet set, String name) {
    return container(set).getEnv().stream().filter(variable -> variable.getName().equals(name)).findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void advertisedNamesAreThoseOfTheHeadlessService(StatefulSet set) {
    assertThat(environment(set, "OTTLA_ADVERTISED_LISTENERS").getValue())
        .contains("INTERNAL://$(POD_NAME)." + set.getSpec().getServiceName() + ":" + INTERNAL);
    List<String> names = container(set).getEnv().stream().map(EnvVar::getName).toList();
    assertThat(names.indexOf("POD_NAME")).isLessThan(names.indexOf("OTTLA_ADVERTISED_LISTENERS"));
  }

  @Test
  void everyVariableIsAKnownSetting() throws IOException {
    TreeSet<String> variables = new TreeSet<>();
    literals().forEach(literal -> variables.add(literal.substring(0, literal.indexOf('='))));
    for (StatefulSet each : sets().toList()) {
      container(each).getEnv().stream().map(EnvVar::getName).filter(name -> name.startsWith("OTTLA_"))
          .forEach(variables::add);
    }
    assertThat(knownVariables()).containsAll(variables);
  }

  /** The environment variable of each setting in the catalogue. */
  static List<String> knownVariables() {
    return Settings.all().stream()
        .map(setting -> "OTTLA_" + setting.name().toUpperCase(java.util.Locale.ROOT).replace('.', '_')).toList();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void thereIsTimeToStopGracefully(StatefulSet set) {
    assertThat(pod(set).getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(60);
  }
}
