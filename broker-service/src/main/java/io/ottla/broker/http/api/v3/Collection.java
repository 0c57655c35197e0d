package io.ottla.broker.http.api.v3;

import java.util.List;

/**
 * A collection of resources.
 *
 * @param kind the elements' kind with {@code List}
 */
public record Collection<T>(String kind, ListMetadata metadata, List<T> data) {
  static <T> Collection<T> of(String kind, String self, List<T> data) {
    return new Collection<>(kind, new ListMetadata(self, null), data);
  }
}
