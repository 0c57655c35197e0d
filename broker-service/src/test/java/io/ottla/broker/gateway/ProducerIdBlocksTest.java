package io.ottla.broker.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ottla.broker.lifecycle.ControllerCalls;
import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataImage;
import io.ottla.common.wire.AllocateProducerIdsRequest;
import io.ottla.common.wire.AllocateProducerIdsResponse;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** P36: ids come from blocks that are committed, and from nowhere else. */
class ProducerIdBlocksTest {
  private final AtomicLong nextBlock = new AtomicLong(3_000);
  private final Queue<AllocateProducerIdsRequest> requests = new ConcurrentLinkedQueue<>();
  private volatile boolean away;
  private volatile CountDownLatch commits = new CountDownLatch(0);
  private final AtomicLong nowMs = new AtomicLong(1_000);
  private final ProducerIdBlocks ids = new ProducerIdBlocks(controllers(), new View(), nowMs::get);

  private ControllerCalls controllers() {
    return (ControllerCalls) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {ControllerCalls.class},
        (proxy, method, arguments) -> allocate((AllocateProducerIdsRequest) arguments[0]));
  }

  private AllocateProducerIdsResponse allocate(AllocateProducerIdsRequest request) throws InterruptedException {
    requests.add(request);
    commits.await();
    if (away) {
      throw new OttlaException(ErrorCode.CONTROLLER_NOT_AVAILABLE, "away");
    }
    return new AllocateProducerIdsResponse(nextBlock.getAndAdd(1_000), 1_000);
  }

  private static final class View implements BrokerView {
    @Override
    public int brokerId() {
      return 101;
    }

    @Override
    public String clusterId() {
      return "c";
    }

    @Override
    public MetadataImage image() {
      return MetadataImage.EMPTY;
    }

    @Override
    public long brokerEpoch() {
      return 17;
    }

    @Override
    public boolean awaitIndex(long index, Duration timeout) {
      return false;
    }
  }

  @Test
  void idsOfOneBlockAfterTheOtherAreEachGivenOnce() throws Exception {
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int t = 0; t < 20; t++) {
        threads.execute(() -> {
          for (int i = 0; i < 250; i++) {
            ids.next().ifPresent(id -> assertThat(seen.add(id)).isTrue());
          }
        });
      }
    }
    assertThat(seen).hasSize(5_000).allMatch(id -> id >= 3_000 && id < nextBlock.get());
    assertThat(requests).hasSizeLessThanOrEqualTo(7).containsOnly(new AllocateProducerIdsRequest("c", 101, 17));
  }

  @Test
  void theNextBlockIsAskedForInGoodTime() {
    assertThat(ids.next()).hasValue(3_000);
    for (int i = 0; i < 600; i++) {
      ids.next();
    }
    await().until(() -> requests.size() == 2);
    away = true;
    Set<Long> more = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      ids.next().ifPresent(more::add);
    }
    assertThat(more).as("without a controller").hasSize(1_000);
  }

  @Test
  void whileTheControllersAreAwayThereAreNoneAndNobodyWaits() {
    away = true;
    assertThat(ids.next()).isEmpty();
    assertThat(ids.next()).isEmpty();
    assertThat(requests).as("a pause after a failure").hasSize(1);
    nowMs.addAndGet(300);
    commits = new CountDownLatch(1);
    for (int i = 0; i < 100; i++) {
      assertThat(ids.next()).as("at once, though an answer is outstanding").isEmpty();
    }
    away = false;
    commits.countDown();
    await().until(() -> ids.next().isPresent());
    assertThat(requests).hasSizeGreaterThanOrEqualTo(2);
  }
}
