package io.ottla.controller.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays each script of {@code src/test/resources/raft-transcripts} and compares what happens with the transcript beside it, so that a change of
 * the protocol's behaviour is a readable difference. The scripts' commands are the lines of the transcript that start with {@code >}; run
 * with {@code -Dottla.golden=update} to rewrite the rest.
 */
final class QuorumTranscriptTest {
  private static final Path TRANSCRIPTS = Path.of("src/test/resources/raft-transcripts");

  static Stream<String> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(TRANSCRIPTS)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void quorumBehavesAsWrittenDown(String name) throws IOException {
    Path file = TRANSCRIPTS.resolve(name);
    String expected = Files.readString(file);
    String script = expected.lines().filter(line -> !line.startsWith("  "))
        .map(line -> line.startsWith("> ") ? line.substring(2) : line).collect(Collectors.joining("\n"));
    String actual = QuorumScript.run(script);
    if ("update".equals(System.getProperty("ottla.golden"))) {
      Files.writeString(file, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(file));
  }
}
