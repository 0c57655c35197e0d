package io.ottla.common.record;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A named value that travels with a record. Keys may repeat within a record; order is kept.
 *
 * @param value null and empty are different values
 */
public record Header(String key, byte @Nullable [] value) {
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Header that && key.equals(that.key) && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * key.hashCode() + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return key + "=" + Arrays.toString(value);
  }
}
