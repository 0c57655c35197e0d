package io.ottla.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads Kubernetes manifests into the API's own model and refuses every field the model does not have at that place. (The model's classes
 * keep unknown fields aside by themselves; that is switched off here, since the API server would drop or refuse them.)
 */
final class StrictManifests {
  private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of("v1/Service", Service.class,
      "v1/ServiceAccount", ServiceAccount.class, "apps/v1/StatefulSet", StatefulSet.class,
      "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class, "networking.k8s.io/v1/NetworkPolicy",
      NetworkPolicy.class);
  private static final ObjectMapper YAML = YAMLMapper
      .builder(YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
      .annotationIntrospector(new NoAnySetter()).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private StrictManifests() {
  }

  private static final class NoAnySetter extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }
  }

  /** All objects of a YAML text; fails at the first unknown kind or field. */
  static List<HasMetadata> read(String yaml) throws IOException {
    List<HasMetadata> objects = new ArrayList<>();
    for (JsonNode document : documents(yaml)) {
      String kind = document.path("apiVersion").asText() + "/" + document.path("kind").asText();
      Class<? extends HasMetadata> type = KINDS.get(kind);
      if (type == null) {
        throw new IOException("unknown kind " + kind);
      }
      objects.add(YAML.treeToValue(document, type));
    }
    return objects;
  }

  /** The documents of a YAML text, as trees. */
  static List<JsonNode> documents(String yaml) throws IOException {
    try (var values = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      return values.readAll();
    }
  }

  /** All objects of a folder's manifests, leaving out the kustomization itself. */
  static List<HasMetadata> readAll(Path folder) throws IOException {
    List<HasMetadata> objects = new ArrayList<>();
    for (Path file : manifests(folder)) {
      try {
        objects.addAll(read(Files.readString(file)));
      } catch (JsonProcessingException e) {
        throw new IOException(file + ": " + e.getOriginalMessage(), e);
      }
    }
    return objects;
  }

  static List<Path> manifests(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !file.getFileName().toString().equals("kustomization.yaml")).sorted().toList();
    }
  }
}
