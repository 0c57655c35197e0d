package io.ottla.controller.control;

import io.ottla.common.metadata.MetadataImage;
import java.util.Optional;

/** Which topic names are allowed (M6). */
final class TopicNames {
  private static final int MAX_LENGTH = 249;

  private TopicNames() {
  }

  /** What is wrong with a name by itself. */
  static Optional<String> problem(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      return Optional.of("Topic name '" + name + "' is not allowed.");
    }
    if (name.length() > MAX_LENGTH) {
      return Optional.of("Topic name is longer than " + MAX_LENGTH + " characters.");
    }
    return name.chars().allMatch(TopicNames::isLegal)
        ? Optional.empty()
        : Optional.of("Topic name may only contain letters, digits, '.', '_' and '-'.");
  }

  /** The living topic whose name differs from this one only in '.' and '_', which metric names cannot tell apart. */
  static Optional<String> collision(MetadataImage image, String name) {
    String folded = fold(name);
    boolean foldable = folded.indexOf('_') >= 0;
    return foldable
        ? image.topicIdsByName().keySet().stream().filter(other -> fold(other).equals(folded)).findFirst()
        : Optional.empty();
  }

  private static boolean isLegal(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_'
        || c == '-';
  }

  private static String fold(String name) {
    return name.replace('.', '_');
  }
}
