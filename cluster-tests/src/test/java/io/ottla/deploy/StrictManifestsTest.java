package io.ottla.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The strict reader bites: real manifests with one thing wrong are refused. */
class StrictManifestsTest {
  private static final Path BASE = Path.of(System.getProperty("ottla.root", ".."), "k8s", "base");

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "controllers.yaml | podManagementPolicy | podManagmentPolicy | a mistyped field",
      "controllers.yaml | '      enableServiceLinks: false' | '      replicas: 3' | a field of the set in the pod",
      "controllers.yaml | '  replicas: 3' | '  terminationGracePeriodSeconds: 3' | a field of the pod in the set",
      "controllers.yaml | '            httpGet:' | '            httpget:' | a field in the wrong case",
      "controllers.yaml | '            allowPrivilegeEscalation: false' | '            fsGroup: 10001' | a pod's field in a container",
      "brokers.yaml | sleep: {seconds: 5} | sleep: {secs: 5} | an unknown field deep inside",
      "services.yaml | clusterIP: None | clusterIp: None | a field in the wrong case",
      "disruption-budgets.yaml | maxUnavailable: 1 | maxUnavailble: 1 | a mistyped field",
      "network-policies.yaml | policyTypes: | policies: | an unknown field",
      "service-accounts.yaml | automountServiceAccountToken: false | automountToken: false | an unknown field",
      "services.yaml | kind: Service | kind: Servce | an unknown kind",
      "controllers.yaml | replicas: 3 | replicas: three | a value of the wrong type"})
  void aManifestWithOneThingWrongIsRefused(String file, String right, String wrong, String what) throws IOException {
    String manifest = Files.readString(BASE.resolve(file));
    assertThat(manifest).as(what).contains(right);
    assertThatThrownBy(() -> StrictManifests.read(manifest.replaceFirst(java.util.regex.Pattern.quote(right), wrong)))
        .as(what).isInstanceOf(IOException.class);
  }

  @Test
  void aFieldGivenTwiceIsRefused() {
    assertThatThrownBy(() -> StrictManifests.read("apiVersion: v1\nkind: Service\nkind: Service\n"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theManifestsThemselvesAreRead() throws IOException {
    assertThat(StrictManifests.readAll(BASE)).hasSize(11);
  }
}
