package io.ottla.broker.http.api.docs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.swagger.v3.core.util.Yaml31;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;

/**
 * Completes the description that is generated from the controllers. Paths, parameters and answer shapes come from the code; summaries,
 * bodies that are parsed by hand, examples and errors come from {@code description.yaml}, itself a piece of OpenAPI. The two must name the
 * same operations.
 */
public final class ApiDescription implements OpenApiCustomizer {
  private static final ObjectMapper YAML = Yaml31.mapper();

  private final Supplier<String> clusterId;

  /** @param clusterId this cluster's id, put in as the example wherever a path asks for it */
  public ApiDescription(Supplier<String> clusterId) {
    this.clusterId = clusterId;
  }

  @Override
  public void customise(OpenAPI generated) {
    OpenAPI words = words();
    generated.info(words.getInfo()).tags(words.getTags());
    mergeComponents(generated, words.getComponents());
    words.getPaths().forEach((path, item) -> {
      PathItem target = generated.getPaths().get(path);
      if (target == null) {
        throw new IllegalStateException("description.yaml describes " + path + ", which no controller serves");
      }
      item.readOperationsMap().forEach((method, operation) -> mergeOperation(path + " " + method,
          target.readOperationsMap().get(method), operation));
    });
    generated.getPaths().values().forEach(this::exemplifyCluster);
    sortPaths(generated);
  }

  private static OpenAPI words() {
    try (InputStream in = ApiDescription.class.getResourceAsStream("description.yaml")) {
      return YAML.readValue(in, OpenAPI.class);
    } catch (IOException e) {
      throw new UncheckedIOException("description.yaml cannot be read", e);
    }
  }

  private static void mergeComponents(OpenAPI generated, Components words) {
    if (generated.getComponents() == null) {
      generated.setComponents(new Components());
    }
    Components target = generated.getComponents();
    words.getSchemas().forEach(target::addSchemas);
    words.getResponses().forEach(target::addResponses);
  }

  private static void mergeOperation(String where, @Nullable Operation target, Operation words) {
    if (target == null) {
      throw new IllegalStateException("description.yaml describes " + where + ", which no controller serves");
    }
    target.summary(words.getSummary()).description(words.getDescription()).tags(words.getTags())
        .operationId(words.getOperationId());
    if (words.getRequestBody() != null) {
      target.setRequestBody(words.getRequestBody());
    }
    if (words.getParameters() != null) {
      words.getParameters().forEach(parameter -> mergeParameter(target, parameter));
    }
    mergeResponses(target, words.getResponses());
  }

  private static void mergeParameter(Operation target, Parameter words) {
    List<Parameter> parameters = target.getParameters() == null ? List.of() : target.getParameters();
    for (Parameter parameter : parameters) {
      if (parameter.getName().equals(words.getName())) {
        parameter.description(words.getDescription()).example(words.getExample());
        return;
      }
    }
    target.addParametersItem(words);
  }

  private static void mergeResponses(Operation target, ApiResponses words) {
    ApiResponses generated = target.getResponses();
    ApiResponses merged = new ApiResponses();
    words.forEach((status, response) -> {
      ApiResponse known = generated == null ? null : generated.get(status);
      if (response.get$ref() == null && known != null && known.getContent() != null) {
        response.setContent(merge(known.getContent(), response.getContent()));
      }
      merged.addApiResponse(status, response);
    });
    target.setResponses(merged);
  }

  /** The shape from the code, the example from the words. */
  private static Content merge(Content generated, @Nullable Content words) {
    if (words == null) {
      return generated;
    }
    words.forEach((type, media) -> {
      MediaType known = generated.get(type);
      if (known != null && media.getSchema() == null) {
        media.setSchema(known.getSchema());
      }
    });
    return words;
  }

  private void exemplifyCluster(PathItem item) {
    for (Operation operation : item.readOperations()) {
      if (operation.getParameters() != null) {
        operation.getParameters().stream().filter(parameter -> parameter.getName().equals("cluster"))
            .forEach(parameter -> parameter.description("The cluster's id, as GET /v3/clusters tells it.")
                .example(clusterId.get()));
      }
    }
  }

  private static void sortPaths(OpenAPI generated) {
    Map<String, PathItem> sorted = new LinkedHashMap<>(new TreeMap<>(generated.getPaths()));
    generated.getPaths().clear();
    generated.getPaths().putAll(sorted);
  }
}
