package io.ottla.common.metadata;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes an image in one canonical order into a hash. Every field of every record of the image is part of it; numbers are big-endian, lists and
 * texts are preceded by their length.
 */
final class ImageDigest {
  private static final int BUFFER_BYTES = 8 * 1024;

  private final MessageDigest hash;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int used;

  private ImageDigest(MessageDigest hash) {
    this.hash = hash;
  }

  static String of(MetadataImage image) {
    try {
      ImageDigest digest = new ImageDigest(MessageDigest.getInstance("SHA-256"));
      digest.write(image);
      return digest.finish();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private String finish() {
    hash.update(buffer, 0, used);
    return HexFormat.of().formatHex(hash.digest());
  }

  private void write(MetadataImage image) {
    number(image.brokers().size());
    image.brokers().values().forEach(this::write);
    number(image.topicCount());
    image.topics().forEach(this::write);
    number(image.allConfigs().size());
    for (Map.Entry<ConfigResource, ? extends Map<String, String>> resource : image.allConfigs().entrySet()) {
      text(resource.getKey().type().name());
      text(resource.getKey().name());
      number(resource.getValue().size());
      for (Map.Entry<String, String> config : resource.getValue().entrySet()) {
        text(config.getKey());
        text(config.getValue());
      }
    }
    if (image.nextProducerId() > 0) {
      // Images from before there were producer ids keep the digest they had.
      longNumber(image.nextProducerId());
    }
  }

  private void write(BrokerRegistration broker) {
    number(broker.brokerId());
    longNumber(broker.brokerEpoch());
    id(broker.incarnationId());
    ids(broker.directoryIds());
    number(broker.endpoints().size());
    for (Endpoint endpoint : broker.endpoints()) {
      text(endpoint.name());
      text(endpoint.host());
      number(endpoint.port());
    }
    String rack = broker.rack();
    flag(rack != null);
    if (rack != null) {
      text(rack);
    }
    number(broker.features().size());
    for (Map.Entry<String, FeatureRange> feature : broker.features().entrySet()) {
      text(feature.getKey());
      number(feature.getValue().min());
      number(feature.getValue().max());
    }
    flag(broker.fenced());
    flag(broker.inControlledShutdown());
    longNumber(broker.lastActiveEpoch());
  }

  private void write(TopicImage topic) {
    id(topic.id());
    text(topic.name());
    number(topic.partitions().size());
    for (int at = 0; at < topic.partitions().size(); at++) {
      PartitionState partition = topic.partitions().get(at);
      numbers(partition.replicas());
      numbers(partition.isr());
      numbers(partition.elr());
      number(partition.lastKnownLeader());
      numbers(partition.adding());
      numbers(partition.removing());
      number(partition.leader());
      text(partition.leaderRecoveryState().name());
      number(partition.leaderEpoch());
      number(partition.partitionEpoch());
      ids(partition.directories());
    }
  }

  private void numbers(List<Integer> numbers) {
    number(numbers.size());
    for (int at = 0; at < numbers.size(); at++) {
      number(numbers.get(at));
    }
  }

  private void ids(List<UUID> ids) {
    number(ids.size());
    for (int at = 0; at < ids.size(); at++) {
      id(ids.get(at));
    }
  }

  private void id(UUID id) {
    longNumber(id.getMostSignificantBits());
    longNumber(id.getLeastSignificantBits());
  }

  private void longNumber(long value) {
    number((int) (value >>> 32));
    number((int) value);
  }

  private void number(int value) {
    ensure(Integer.BYTES);
    buffer[used] = (byte) (value >>> 24);
    buffer[used + 1] = (byte) (value >>> 16);
    buffer[used + 2] = (byte) (value >>> 8);
    buffer[used + 3] = (byte) value;
    used += Integer.BYTES;
  }

  private void flag(boolean value) {
    ensure(1);
    buffer[used] = (byte) (value ? 1 : 0);
    used++;
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    if (bytes.length > BUFFER_BYTES) {
      ensure(BUFFER_BYTES);
      hash.update(bytes);
      return;
    }
    ensure(bytes.length);
    System.arraycopy(bytes, 0, buffer, used, bytes.length);
    used += bytes.length;
  }

  /** Makes room for that many bytes. */
  private void ensure(int bytes) {
    if (used + bytes > BUFFER_BYTES) {
      hash.update(buffer, 0, used);
      used = 0;
    }
  }
}
