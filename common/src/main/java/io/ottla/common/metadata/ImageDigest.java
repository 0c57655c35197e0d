package io.ottla.common.metadata;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes an image in one canonical order into a hash. Every field of every record of the image is part of it. */
final class ImageDigest {
  private final DataOutputStream out;

  private ImageDigest(DataOutputStream out) {
    this.out = out;
  }

  static String of(MetadataImage image) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      try (var out = new DataOutputStream(
          new BufferedOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), sha)))) {
        new ImageDigest(out).write(image);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(MetadataImage image) throws IOException {
    out.writeInt(image.brokers().size());
    for (BrokerRegistration broker : image.brokers().values()) {
      write(broker);
    }
    out.writeInt(image.topicCount());
    for (TopicImage topic : image.topics()) {
      write(topic);
    }
    out.writeInt(image.allConfigs().size());
    for (Map.Entry<ConfigResource, ? extends Map<String, String>> resource : image.allConfigs().entrySet()) {
      text(resource.getKey().type().name());
      text(resource.getKey().name());
      out.writeInt(resource.getValue().size());
      for (Map.Entry<String, String> config : resource.getValue().entrySet()) {
        text(config.getKey());
        text(config.getValue());
      }
    }
  }

  private void write(BrokerRegistration broker) throws IOException {
    out.writeInt(broker.brokerId());
    out.writeLong(broker.brokerEpoch());
    id(broker.incarnationId());
    ids(broker.directoryIds());
    out.writeInt(broker.endpoints().size());
    for (Endpoint endpoint : broker.endpoints()) {
      text(endpoint.name());
      text(endpoint.host());
      out.writeInt(endpoint.port());
    }
    String rack = broker.rack();
    out.writeBoolean(rack != null);
    if (rack != null) {
      text(rack);
    }
    out.writeInt(broker.features().size());
    for (Map.Entry<String, FeatureRange> feature : broker.features().entrySet()) {
      text(feature.getKey());
      out.writeInt(feature.getValue().min());
      out.writeInt(feature.getValue().max());
    }
    out.writeBoolean(broker.fenced());
    out.writeBoolean(broker.inControlledShutdown());
    out.writeLong(broker.lastActiveEpoch());
  }

  private void write(TopicImage topic) throws IOException {
    id(topic.id());
    text(topic.name());
    out.writeInt(topic.partitions().size());
    for (PartitionState partition : topic.partitions()) {
      numbers(partition.replicas());
      numbers(partition.isr());
      numbers(partition.elr());
      out.writeInt(partition.lastKnownLeader());
      numbers(partition.adding());
      numbers(partition.removing());
      out.writeInt(partition.leader());
      text(partition.leaderRecoveryState().name());
      out.writeInt(partition.leaderEpoch());
      out.writeInt(partition.partitionEpoch());
      ids(partition.directories());
    }
  }

  private void numbers(List<Integer> numbers) throws IOException {
    out.writeInt(numbers.size());
    for (int number : numbers) {
      out.writeInt(number);
    }
  }

  private void ids(List<UUID> ids) throws IOException {
    out.writeInt(ids.size());
    for (UUID id : ids) {
      id(id);
    }
  }

  private void id(UUID id) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }

  private void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
