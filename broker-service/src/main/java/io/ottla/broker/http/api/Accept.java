package io.ottla.broker.http.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a client is willing to read. The generic types are always acceptable and get an endpoint's natural type; naming only types an
 * endpoint cannot give is refused with 406.
 */
public final class Accept {
  private static final List<String> GENERIC = List.of("*/*", "application/*", MediaTypes.JSON, MediaTypes.V2);

  private Accept() {
  }

  /** @param quality from 0, never, to 1 */
  private record Range(String type, float quality) {
    boolean isGeneric() {
      return GENERIC.contains(type);
    }
  }

  /**
   * Refuses a client that cannot read the one type an endpoint gives.
   *
   * @throws ApiException 406
   */
  public static void requireJson(HttpServletRequest request) {
    String header = header(request);
    if (header == null || GENERIC.contains(header) || ranges(header).stream().anyMatch(Range::isGeneric)) {
      return;
    }
    throw new ApiException(406, 406, "This path answers with " + MediaTypes.natural(request.getRequestURI())
        + ", which the Accept header does not allow.");
  }

  /**
   * The format for the records of an answer: the one the client prefers, {@code natural} when it leaves the choice.
   *
   * @throws ApiException 406 when it names only formats that do not exist here
   */
  public static EmbeddedFormat embedded(HttpServletRequest request, EmbeddedFormat natural) {
    String header = header(request);
    if (header == null) {
      return natural;
    }
    EmbeddedFormat best = null;
    float bestQuality = 0;
    boolean bestIsNamed = false;
    for (Range range : ranges(header)) {
      EmbeddedFormat named = EmbeddedFormat.named(range.type());
      EmbeddedFormat format = named == null && range.isGeneric() ? natural : named;
      boolean better = range.quality() > bestQuality
          || (range.quality() == bestQuality && named != null && !bestIsNamed);
      if (format != null && better) {
        best = format;
        bestQuality = range.quality();
        bestIsNamed = named != null;
      }
    }
    if (best == null) {
      throw new ApiException(406, 406, "Records can be read as " + EmbeddedFormat.JSON.mediaType() + ", "
          + EmbeddedFormat.BINARY.mediaType() + " or " + EmbeddedFormat.TEXT.mediaType() + ".");
    }
    return best;
  }

  /** All Accept headers as one, or null. */
  private static @Nullable String header(HttpServletRequest request) {
    List<String> values = Collections.list(request.getHeaders("Accept"));
    String joined = values.size() == 1 ? values.getFirst() : String.join(",", values);
    return joined.isBlank() ? null : joined;
  }

  /** The entries the client wants at all, in its order. */
  private static List<Range> ranges(String header) {
    List<Range> ranges = new ArrayList<>();
    for (String entry : header.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = entry.split(";", -1);
      float quality = quality(parts);
      if (quality > 0) {
        ranges.add(new Range(parts[0].strip(), quality));
      }
    }
    return ranges;
  }

  private static float quality(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        return parseQuality(parameter.substring(2).strip());
      }
    }
    return 1;
  }

  /** RFC 9110 12.4.2; what is not a weight weighs nothing. */
  private static float parseQuality(String text) {
    return text.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?") ? Float.parseFloat(text) : 0;
  }
}
