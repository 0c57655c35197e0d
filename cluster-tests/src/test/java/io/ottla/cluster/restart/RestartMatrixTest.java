package io.ottla.cluster.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.cluster.restart.RestartRules.Down;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The restart matrix (F12, F14, F22): every subset of three brokers goes down, in every order and every way, and comes back in every order. After
 * each step the partition is online or offline exactly as the rules say, and nothing acknowledged is ever missing.
 */
class RestartMatrixTest {
  private static final List<Integer> BROKERS = List.of(1, 2, 3);
  /** How a disk can lose something; the cells take turns. */
  private static final List<Fate> LOSSES = List.of(Fate.WIPED, Fate.ROBBED, Fate.ROTTEN);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everySubsetInEveryOrderIsOnlineExactlyWhenTheRulesSaySo(int minIsr) {
    int cells = 0;
    for (List<Integer> order : ordersOfSubsets(BROKERS)) {
      for (List<Fate> fates : fates(order.size())) {
        for (List<Integer> back : permutations(order)) {
          run(minIsr, downs(order, fates, cells), back, cells);
          cells++;
        }
      }
    }
    assertThat(cells).isEqualTo(1 + 3 * 3 + 6 * 9 * 2 + 6 * 27 * 6);
  }

  private static List<Down> downs(List<Integer> order, List<Fate> fates, int cell) {
    List<Down> downs = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      Fate fate = fates.get(i).isLossy() ? LOSSES.get((cell + i) % LOSSES.size()) : fates.get(i);
      downs.add(new Down(order.get(i), fate));
    }
    return downs;
  }

  private static void run(int minIsr, List<Down> downs, List<Integer> back, long seed) {
    String cell = "min ISR " + minIsr + ", down " + downs + ", back " + back + ": ";
    try {
      runCell(minIsr, downs, back, seed);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(cell + e.getMessage(), e);
    }
  }

  private static void runCell(int minIsr, List<Down> downs, List<Integer> back, long seed) {
    RestartWorld world = new RestartWorld(minIsr);
    RestartRules rules = new RestartRules(minIsr, BROKERS);
    expect(world, rules, "at first");
    for (int i = 0; i < downs.size(); i++) {
      world.produceUnacknowledged();
      world.goDown(downs.get(i).broker(), downs.get(i).fate(), seed + i);
      rules.goDown(downs.get(i));
      expect(world, rules, "after " + downs.get(i));
    }
    for (int broker : back) {
      world.comeUp(broker);
      rules.comeUp(broker);
      expect(world, rules, "with " + broker + " back");
    }
    assertThat(world.uncleanElections()).isZero();
  }

  private static void expect(RestartWorld world, RestartRules rules, String when) {
    assertThat(world.leading() != null).as("online " + when + ", " + world.state()).isEqualTo(rules.isOnline());
    if (rules.isOnline()) {
      assertThat(world.state().isr()).as("ISR " + when).hasSize(rules.standing());
    }
    world.checkNothingIsLost();
    assertThat(world.produce()).as("writable " + when + ", " + world.state()).isEqualTo(rules.isWritable());
  }

  // ---- combinations

  private static List<List<Integer>> ordersOfSubsets(List<Integer> of) {
    List<List<Integer>> orders = new ArrayList<>();
    for (int mask = 0; mask < 1 << of.size(); mask++) {
      List<Integer> subset = new ArrayList<>();
      for (int i = 0; i < of.size(); i++) {
        if ((mask >> i & 1) == 1) {
          subset.add(of.get(i));
        }
      }
      orders.addAll(permutations(subset));
    }
    return orders;
  }

  private static List<List<Integer>> permutations(List<Integer> of) {
    if (of.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (int first : of) {
      List<Integer> rest = new ArrayList<>(of);
      rest.remove(Integer.valueOf(first));
      for (List<Integer> tail : permutations(rest)) {
        List<Integer> order = new ArrayList<>(List.of(first));
        order.addAll(tail);
        all.add(order);
      }
    }
    return all;
  }

  private static List<List<Fate>> fates(int count) {
    List<List<Fate>> all = new ArrayList<>(List.of(List.of()));
    for (int i = 0; i < count; i++) {
      List<List<Fate>> longer = new ArrayList<>();
      for (List<Fate> begun : all) {
        for (Fate fate : List.of(Fate.KILLED, Fate.STOPPED, Fate.WIPED)) {
          List<Fate> one = new ArrayList<>(begun);
          one.add(fate);
          longer.add(one);
        }
      }
      all = longer;
    }
    return all;
  }
}
