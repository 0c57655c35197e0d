package io.ottla.controller.runtime;

import io.ottla.controller.raft.RaftMessage;
import io.ottla.controller.raft.Voter;
import java.util.List;

/**
 * Carries requests to peers (Q9). A request is delivered at most a few times, late, out of order or not at all; it is never repeated by the
 * transport. Any thread.
 */
public interface RaftTransport extends AutoCloseable {
  /** Sends without waiting. The answer, or its certain absence, is handed to the handler on some other thread, at most once. */
  void send(RaftMessage.Request request, AnswerHandler answer);

  /** Whom requests may go to from now on, and where they answer; connections to others are closed. Does not wait. */
  void peers(List<Voter> peers);

  @Override
  void close();

  /** What became of a request. */
  interface AnswerHandler {
    /** The peer answered. */
    void onReply(RaftMessage.Reply reply);

    /** There is no answer and there will be none. */
    void onLost();
  }
}
