package io.ottla.common.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartitionListTest {

  private static PartitionState state(int epoch) {
    return new PartitionState(List.of(1), List.of(1), List.of(), -1, List.of(), List.of(), 1,
        LeaderRecoveryState.RECOVERED, epoch, epoch, List.of(new UUID(0, 1)));
  }

  @Test
  void behavesAsAListAndOldVersionsStay() {
    Random random = new Random(4);
    PartitionList list = PartitionList.EMPTY;
    List<PartitionState> model = new ArrayList<>();
    Map<PartitionList, List<PartitionState>> versions = new HashMap<>();
    for (int step = 0; step < 1_500; step++) {
      if (model.isEmpty() || random.nextInt(4) == 0) {
        list = list.plus(state(step));
        model.add(state(step));
      } else {
        int at = random.nextInt(model.size());
        list = list.with(at, state(step));
        model.set(at, state(step));
      }
      if (random.nextInt(50) == 0) {
        versions.put(list, List.copyOf(model));
      }
    }
    versions.put(list, model);
    versions.forEach((version, content) -> {
      assertThat(version).isEqualTo(content).hasSize(content.size());
      assertThat(PartitionList.of(content)).isEqualTo(content);
    });
  }

  @Test
  void listsOfEverySizeAreMadeGrownAndBounded() {
    List<PartitionState> model = new ArrayList<>();
    PartitionList grown = PartitionList.EMPTY;
    for (int size = 0; size <= 200; size++) {
      PartitionList made = PartitionList.of(model);
      assertThat(made).isEqualTo(grown).isEqualTo(model);
      int beyond = size;
      assertThatThrownBy(() -> made.get(beyond)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> made.with(beyond, state(0))).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(made.plus(state(size)).get(size)).isEqualTo(state(size));
      model.add(state(size));
      grown = grown.plus(state(size));
    }
  }
}
