package io.ottla.broker.http.api;

import org.jspecify.annotations.Nullable;

/** How keys and values are written inside the JSON of a request or an answer. */
public enum EmbeddedFormat {
  /** Any JSON value; stored as its compact text. */
  JSON("application/vnd.kafka.json.v2+json"),
  /** Base64 strings. */
  BINARY("application/vnd.kafka.binary.v2+json"),
  /** Plain strings; stored as their UTF-8 bytes. */
  TEXT("application/vnd.kafka.text.v2+json");

  private final String mediaType;

  EmbeddedFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  /** The media type that names the format. */
  public String mediaType() {
    return mediaType;
  }

  /** The format a media type names, in lower case and without parameters, or null. */
  public static @Nullable EmbeddedFormat named(String mediaType) {
    for (EmbeddedFormat format : values()) {
      if (format.mediaType.equals(mediaType)) {
        return format;
      }
    }
    return null;
  }

  /**
   * The format of a produce request. Plain {@code application/json} means JSON.
   *
   * @throws ApiException 415 for a missing or other type
   */
  public static EmbeddedFormat ofContentType(@Nullable String header) {
    String essence = MediaTypes.essence(header);
    EmbeddedFormat format = essence.equals(MediaTypes.JSON) ? JSON : named(essence);
    if (format == null) {
      throw new ApiException(415, 415, "Content-Type must be one of " + MediaTypes.JSON + ", " + JSON.mediaType + ", "
          + BINARY.mediaType + ", " + TEXT.mediaType + ", in UTF-8.");
    }
    return format;
  }
}
