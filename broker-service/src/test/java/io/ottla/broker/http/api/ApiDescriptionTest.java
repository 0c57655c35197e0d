package io.ottla.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The OpenAPI document tells the truth: every path is in it, and what it gives as an example works. */
class ApiDescriptionTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @BeforeEach
  void empty() {
    ApiServer.freshCluster();
  }

  private static JsonNode document() throws Exception {
    HttpResponse<String> response = ApiServer.get("/openapi");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return MAPPER.readTree(response.body());
  }

  private record Operation(String path, String method, JsonNode node) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private static List<Operation> operations(JsonNode document) {
    List<Operation> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        operations.add(new Operation(path.getKey(), method.getKey(), method.getValue()));
      }
    }
    return operations;
  }

  @Test
  void everyOperationIsDescribedWithItsErrors() throws Exception {
    JsonNode document = document();
    assertThat(document.path("openapi").asText()).startsWith("3.1");
    List<Operation> operations = operations(document);
    assertThat(operations).hasSizeGreaterThan(20).allSatisfy(operation -> {
      assertThat(operation.node().path("summary").asText()).as(operation.toString()).isNotBlank();
      assertThat(operation.node().path("tags")).as(operation.toString()).isNotEmpty();
      assertThat(operation.node().path("responses").has("404") || !operation.path().contains("{"))
          .as(operation + " documents 404").isTrue();
    });
  }

  @Test
  void everyExampleRequestWorksAsItIs() throws Exception {
    JsonNode document = document();
    int bodies = 0;
    for (Operation operation : operations(document)) {
      for (Map.Entry<String, JsonNode> content : operation.node().path("requestBody").path("content").properties()) {
        for (String body : examples(content.getValue())) {
          HttpResponse<String> response = ApiServer.send(operation.method(), filledIn(operation), content.getKey(),
              body);
          assertThat(response.statusCode()).as(operation + " " + body + " " + response.body()).isBetween(200, 299);
          bodies++;
        }
      }
    }
    assertThat(bodies).isGreaterThan(10);
  }

  @Test
  void everyExamplePathExists() throws Exception {
    for (Operation operation : operations(document())) {
      if (operation.method().equals("get")) {
        HttpResponse<String> response = ApiServer.get(filledIn(operation));
        assertThat(response.statusCode()).as(operation.toString()).isEqualTo(200);
      } else if (operation.method().equals("delete")) {
        HttpResponse<String> response = ApiServer
            .send(HttpRequest.newBuilder(ApiServer.uri(filledIn(operation))).DELETE().build());
        assertThat(response.statusCode()).as(operation.toString()).isEqualTo(204);
      }
    }
  }

  @Test
  void exampleAnswersHaveTheFieldsOfRealOnes() throws Exception {
    ApiServer.post("/topics/orders", "application/json", "{\"records\":[{\"key\":\"k\",\"value\":{\"amount\":12}}]}");
    for (Operation operation : operations(document())) {
      if (operation.method().equals("get") && !operation.path().endsWith("/records")) {
        JsonNode example = operation.node().path("responses").path("200").path("content").elements().next()
            .path("example");
        JsonNode real = MAPPER.readTree(ApiServer.get(filledIn(operation)).body());
        assertThat(example.isMissingNode()).as(operation.toString()).isFalse();
        List<String> fields = new ArrayList<>();
        example.fieldNames().forEachRemaining(fields::add);
        List<String> realFields = new ArrayList<>();
        real.fieldNames().forEachRemaining(realFields::add);
        assertThat(fields).as(operation.toString()).isEqualTo(realFields);
      }
    }
  }

  @Test
  void thePageToTryItIsServedAndMayRunNoInlineScript() throws Exception {
    HttpResponse<String> moved = ApiServer.get("/swagger-ui.html");
    assertThat(moved.statusCode()).isEqualTo(302);
    HttpResponse<String> page = ApiServer.get("/swagger-ui/index.html");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse("")).contains("default-src 'self'")
        .contains("frame-ancestors 'none'");
    assertThat(page.body()).doesNotContainPattern("<script(?![^>]*src=)");
    assertThat(ApiServer.get("/swagger-ui/swagger-ui-bundle.js").statusCode()).isEqualTo(200);
  }

  @Test
  void thePageIsNotConfusedByTheApisOwnRules() throws Exception {
    HttpResponse<String> config = ApiServer.send(HttpRequest.newBuilder(ApiServer.uri("/openapi/swagger-config"))
        .header("Accept", "text/html").method("GET", BodyPublishers.noBody()).build());
    assertThat(config.statusCode()).isEqualTo(200);
    assertThat(config.body()).contains("/openapi");
  }

  private static List<String> examples(JsonNode media) {
    List<String> examples = new ArrayList<>();
    if (media.has("example")) {
      examples.add(media.path("example").toString());
    }
    media.path("examples").forEach(example -> examples.add(example.path("value").toString()));
    assertThat(examples).isNotEmpty();
    return examples;
  }

  private static String filledIn(Operation operation) {
    String path = operation.path();
    for (JsonNode parameter : operation.node().path("parameters")) {
      path = path.replace("{" + parameter.path("name").asText() + "}", parameter.path("example").asText("?"));
    }
    return path;
  }
}
