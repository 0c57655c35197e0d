package io.ottla.benchmarks.campaign;

import io.ottla.benchmarks.campaign.ClientCalls.Message;
import io.ottla.benchmarks.history.Event;
import io.ottla.benchmarks.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Topics that come, are written and read, go, and sometimes come again under their old name. One thread. */
final class TopicChurn {
  private static final String PROCESS = "churn";
  private static final int REPLICAS = 3;
  private static final int READ_BYTES = 32 * 1024;
  /** Topics that stay; each costs a little of everything else. */
  private static final int MOST_KEPT = 20;

  private final ClientCalls calls;
  private final String clusterId;
  private int topics;
  private int kept;
  private int values;

  TopicChurn(ClientCalls calls, String clusterId) {
    this.calls = calls;
    this.clusterId = clusterId;
  }

  /** The life of one topic. */
  void round(Random random, Supplier<CampaignNode> broker) {
    String topic = "side-" + topics++;
    live(topic, random, broker);
    if (kept < MOST_KEPT && random.nextInt(4) == 0) {
      kept++;
      return;
    }
    Outcome deleted = calls.delete(PROCESS, broker.get(), clusterId, topic);
    if (deleted == Outcome.OK && random.nextBoolean()) {
      live(topic, random, broker);
      calls.delete(PROCESS, broker.get(), clusterId, topic);
    }
  }

  private void live(String topic, Random random, Supplier<CampaignNode> broker) {
    Outcome created = calls.create(PROCESS, broker.get(), clusterId, topic, 1, REPLICAS);
    if (created == Outcome.FAIL) {
      return;
    }
    for (int i = random.nextInt(3); i >= 0; i--) {
      List<Message> messages = new ArrayList<>();
      messages.add(new Message(topic, topic + "#" + values++));
      calls.produce(PROCESS, broker.get(), topic, messages);
    }
    calls.read(PROCESS, Event.Reader.RAW, broker.get(), topic, 0, 0, 200, READ_BYTES);
  }
}
