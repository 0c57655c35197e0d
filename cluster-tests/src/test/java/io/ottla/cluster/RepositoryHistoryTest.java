package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.ottla.cluster.RepositoryHistory.Line;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real input is large enough, numbered, and keyed by the field it says. */
class RepositoryHistoryTest {
  @Test
  void thisRepositoryGivesEnoughLines() throws JsonProcessingException {
    check(RepositoryHistory.of(ClusterHarness.projectRoot(), 10_000), 10_000);
  }

  @Test
  void sourcesWithoutAHistoryAreRepeatedUntilThereIsEnough(@TempDir Path root) throws IOException {
    Files.write(root.resolve("A.java"), List.of("class A {", "}"));
    Files.write(root.resolve("b.md"), List.of("text"));

    check(RepositoryHistory.of(root, 10), 10);
  }

  private static void check(List<Line> lines, int atLeast) throws JsonProcessingException {
    assertThat(lines).hasSizeGreaterThanOrEqualTo(atLeast);
    for (int i = 0; i < lines.size(); i++) {
      var json = WireJson.mapper().readTree(lines.get(i).json());
      assertThat(json.path("number").intValue()).isEqualTo(i);
      assertThat(json.path("file").textValue()).isEqualTo(lines.get(i).key()).isNotEmpty();
    }
  }
}
