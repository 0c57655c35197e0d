package io.ottla.benchmarks.scale;

import io.ottla.benchmarks.BenchmarkFailure;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.LeaderHint;
import io.ottla.common.wire.WireJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The controllers' internal API, for a client that finds the active one by hints and by trying. Any thread. */
final class Controllers implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofMillis(500);
  private static final int MOST_HINTS = 2;

  private final List<String> urls;
  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
      .build();
  private volatile String active;

  /** How a call ended. */
  sealed interface Reply<T> {
    /** @param url of the controller that did it */
    record Done<T>(T value, String url) implements Reply<T> {}

    /** It certainly had no effect. */
    record Refused<T>(ErrorCode code, String message) implements Reply<T> {}

    /** It may have had an effect. */
    record Unknown<T>(String why) implements Reply<T> {}
  }

  /** @param urls bases of the internal listeners */
  Controllers(List<String> urls) {
    this.urls = List.copyOf(urls);
    this.active = urls.getFirst();
  }

  /** The controller that did the last thing it was asked, or is said to be the active one. */
  String active() {
    return active;
  }

  /** Asks one controller after the other until one takes it; a request that may have been seen is not sent again. */
  <T> Reply<T> post(String path, Object request, Class<T> type, Duration limit) {
    Set<String> candidates = new LinkedHashSet<>(List.of(active));
    candidates.addAll(urls);
    String last = "";
    for (String candidate : candidates) {
      String url = candidate;
      for (int hints = 0; hints <= MOST_HINTS; hints++) {
        HttpResponse<byte[]> response;
        try {
          response = send(url, path, request, limit);
        } catch (ConnectException e) {
          last = url + " does not listen";
          break;
        } catch (IOException e) {
          return new Reply.Unknown<>(e.getClass().getSimpleName());
        }
        if (response.statusCode() == 200) {
          active = url;
          return done(response, type, url);
        }
        ErrorReply error = error(response);
        if (error.code() != ErrorCode.NOT_CONTROLLER) {
          return refusal(error);
        }
        last = error.message();
        LeaderHint leader = error.leader();
        String hinted = leader == null ? url : "http://" + leader.host() + ":" + leader.port();
        if (hinted.equals(url)) {
          break;
        }
        url = hinted;
      }
    }
    return new Reply.Refused<>(ErrorCode.NOT_CONTROLLER, last);
  }

  private static <T> Reply<T> done(HttpResponse<byte[]> response, Class<T> type, String url) {
    try {
      return new Reply.Done<>(WireJson.read(response.body(), type), url);
    } catch (IOException e) {
      throw new BenchmarkFailure("not a " + type.getSimpleName(), e);
    }
  }

  private static <T> Reply<T> refusal(ErrorReply error) {
    return switch (error.code().outcome()) {
      case REFUSED -> new Reply.Refused<>(error.code(), error.message());
      case UNKNOWN, DONE -> new Reply.Unknown<>(error.code() + " " + error.message());
    };
  }

  private static ErrorReply error(HttpResponse<byte[]> response) {
    if (response.statusCode() == 404) {
      return new ErrorReply(ErrorCode.NOT_CONTROLLER, "still starting", null);
    }
    try {
      return WireJson.read(response.body(), ErrorReply.class);
    } catch (IOException e) {
      return new ErrorReply(ErrorCode.INDETERMINATE, "HTTP " + response.statusCode(), null);
    }
  }

  private HttpResponse<byte[]> send(String url, String path, Object request, Duration limit) throws IOException {
    HttpRequest post = HttpRequest.newBuilder(URI.create(url + path)).timeout(limit)
        .header("Content-Type", "application/json").POST(BodyPublishers.ofByteArray(WireJson.write(request))).build();
    try {
      return client.send(post, BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
