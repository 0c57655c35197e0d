package io.ottla.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.http.InternalServer;
import io.ottla.common.http.PeerClient;
import io.ottla.common.http.PeerResponse;
import io.ottla.common.wire.ErrorReply;
import io.ottla.common.wire.TransferRequest;
import io.ottla.common.wire.TransferResponse;
import io.ottla.common.wire.VoterChangeRequest;
import io.ottla.controller.http.RaftPaths;
import io.ottla.controller.http.inbound.ControllerEndpoints;
import io.ottla.controller.http.inbound.ControllerHost;
import io.ottla.controller.raft.Envelope;
import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.ReplicaKey;
import io.ottla.controller.raft.Voter;
import io.ottla.controller.raft.VoterChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;

/** What operators ask of the quorum, over HTTP, at the moments at which a wrong answer would be believed: nothing happens before the test says so. */
final class QuorumRequestsTest {
  private static final Duration CALL = Duration.ofSeconds(30);
  /** The disk that replaces that of controller 3; it is listed behind it. */
  private static final ReplicaKey NEW_DISK = new ReplicaKey(3, new UUID(3, 9));

  private final ByHand hand = new ByHand();
  private final LoopResources loops = PeerClient.loops("test", 1);
  private final InternalServer server = InternalServer.start("127.0.0.1", 0);
  private final PeerClient client = new PeerClient("test", "127.0.0.1", server.port(), 4, loops);

  @AfterEach
  void stop() {
    client.close();
    server.close();
    loops.dispose();
  }

  private Controller serving() throws Exception {
    Controller controller = hand.leader(3);
    ControllerEndpoints.addTo(server, new Host(controller), () -> 0);
    return controller;
  }

  private record Host(Controller controller) implements ControllerHost {
    @Override
    public int nodeId() {
      return 1;
    }

    @Override
    public NodeState state() {
      return new NodeState(NodeState.Stage.RUNNING, "");
    }

    @Override
    public @Nullable FormationRunner formation() {
      return null;
    }
  }

  private ErrorReply refusal(String path, Object body) throws Exception {
    PeerResponse response = PeerClient.await(client.postJson(path, body, CALL));
    assertThat(response.ok()).as("%s", response).isFalse();
    return response.error();
  }

  /** A node without a vote is sent the log, and has all of it. */
  private void observes(Controller controller, ReplicaKey observer) throws Exception {
    controller.receive(new RaftMessage.ObserveRequest(
        new Envelope("c", observer, controller.identity().self(), 0, 1), "host", 9000));
    hand.pass(controller, 100);
  }

  /** Appended, in force, and not on the disk of this controller: a majority needs it, for the peers have answered nothing yet. */
  private void pending(Controller controller, VoterChange change) {
    hand.peers.silent = true;
    controller.changeVoters(change);
    ByHand.raft(controller);
    assertThat(ByHand.quorum(controller).votersPending()).isTrue();
  }

  private void committed(Controller controller) throws Exception {
    hand.peers.silent = false;
    hand.pass(controller, 200);
    assertThat(ByHand.quorum(controller).votersPending()).isFalse();
  }

  /** Controller 3 lost its disk; both the old directory, which answers nothing, and the new one vote. */
  private Controller replacing() throws Exception {
    hand.peers.dead = ByHand.key(3);
    Controller controller = serving();
    observes(controller, NEW_DISK);
    controller.changeVoters(new VoterChange.Add(new Voter(NEW_DISK, "host", 9000)));
    hand.pass(controller, 1_000);
    assertThat(ByHand.quorum(controller).votersPending()).isFalse();
    assertThat(ByHand.quorum(controller).voters().voters()).extracting(Voter::key).contains(ByHand.key(3), NEW_DISK);
    return controller;
  }

  /** What has been appended may be truncated: "is a voter already" would be taken for success (Q38). */
  @Test
  void whetherAControllerVotesAlreadyIsNotSaidBeforeItIsCommitted() throws Exception {
    Controller controller = serving();
    ReplicaKey added = ByHand.key(4);
    observes(controller, added);
    pending(controller, new VoterChange.Add(new Voter(added, "host", 9000)));
    VoterChangeRequest again = new VoterChangeRequest(4, added.directoryId());
    assertThat(refusal(RaftPaths.ADD_VOTER, again).code()).isEqualTo(ErrorCode.BUSY);

    committed(controller);
    assertThat(refusal(RaftPaths.ADD_VOTER, again).message()).contains("is a voter already").contains(
        added.directoryId().toString());
  }

  /** Who goes on with the next change at once would be told BUSY. */
  @Test
  void changeThatIsAnsweredIsNotShownAsPending() throws Exception {
    Controller controller = serving();
    ReplicaKey added = ByHand.key(4);
    observes(controller, added);
    List<Boolean> pending = new ArrayList<>();
    controller.changeVoters(new VoterChange.Add(new Voter(added, "host", 9000)))
        .thenAccept(_ -> pending.add(ByHand.quorum(controller).votersPending()));
    hand.pass(controller, 200);
    assertThat(pending).containsExactly(false);
  }

  @Test
  void whetherAControllerVotesNoMoreIsNotSaidBeforeItIsCommitted() throws Exception {
    Controller controller = serving();
    pending(controller, new VoterChange.Remove(ByHand.key(3)));
    VoterChangeRequest again = new VoterChangeRequest(3, null);
    assertThat(refusal(RaftPaths.REMOVE_VOTER, again).code()).isEqualTo(ErrorCode.BUSY);
    assertThat(refusal(RaftPaths.TRANSFER, new TransferRequest(3)).code()).isEqualTo(ErrorCode.BUSY);

    committed(controller);
    assertThat(refusal(RaftPaths.REMOVE_VOTER, again).message()).contains("no controller 3 votes");
    assertThat(refusal(RaftPaths.TRANSFER, new TransferRequest(3)).message()).contains("not another voter");
  }

  /** As when the answer to the request that added it was lost. */
  @Test
  void everyDirectoryThatVotesIsNamedToWhoWouldAddItAgain() throws Exception {
    replacing();
    assertThat(refusal(RaftPaths.ADD_VOTER, new VoterChangeRequest(3, null)).message())
        .contains("is a voter already").contains(ByHand.key(3).directoryId().toString())
        .contains(NEW_DISK.directoryId().toString()).doesNotContain("no other directory");
  }

  /** A request to hand over that has reached the Raft thread, which has not looked at it yet. */
  private CompletableFuture<PeerResponse> transferTo(Controller controller, int nodeId) {
    CompletableFuture<PeerResponse> answer = client.postJson(RaftPaths.TRANSFER, new TransferRequest(nodeId), CALL);
    await().atMost(CALL).until(() -> controller.driver().hasWork() || answer.isDone());
    return answer;
  }

  @Test
  void leadershipGoesToTheDiskThatAnswersAndNotToTheOneItReplaces() throws Exception {
    Controller controller = replacing();
    CompletableFuture<PeerResponse> answer = transferTo(controller, 3);
    hand.pass(controller, 10);
    assertThat(hand.peers.askedToTakeOver).containsExactly(NEW_DISK);
    hand.elect(controller, NEW_DISK);
    TransferResponse moved = PeerClient.await(answer).json(TransferResponse.class);
    assertThat(moved).isEqualTo(new TransferResponse(3, ByHand.term(controller)));
  }

  /** The core is busy handing over to another one, and does not take the request. */
  @Test
  void leadershipThatGoesToAnotherThanWasAskedForIsNoSuccess() throws Exception {
    Controller controller = serving();
    controller.transferLeadership(ByHand.key(2));
    hand.pass(controller, 10);
    CompletableFuture<PeerResponse> answer = transferTo(controller, 3);
    hand.pass(controller, 10);
    assertThat(hand.peers.askedToTakeOver).containsOnly(ByHand.key(2));
    hand.elect(controller, ByHand.key(2));
    PeerResponse response = PeerClient.await(answer);
    assertThat(response.ok()).as("%s", response).isFalse();
    assertThat(response.error().code()).isEqualTo(ErrorCode.BUSY);
    assertThat(response.error().message()).contains("controller 2 leads now");
  }
}
