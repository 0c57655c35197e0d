package io.ottla.controller.runtime;

import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.controller.raft.RaftNotice;
import io.ottla.controller.raft.VoterChange;

/** What an operator is told when the voters cannot be changed. */
final class VoterChanges {
  private VoterChanges() {
  }

  static OttlaException refused(VoterChange change, RaftNotice.Refusal reason) {
    String who = switch (change) {
      case VoterChange.Add(var voter) -> voter.key().toString();
      case VoterChange.Remove(var key) -> key.toString();
    };
    return switch (reason) {
      case NOT_LEADER, TRANSFERRING -> ControllerLoop.notController();
      case BUSY -> new OttlaException(ErrorCode.BUSY, "too many metadata changes are under way; try again");
      case CHANGE_PENDING -> new OttlaException(ErrorCode.BUSY,
          "another change of the voters is not committed yet; voters change one at a time, try again");
      case NOT_CAUGHT_UP -> new OttlaException(ErrorCode.BUSY,
          who + " is not an observer of this leader that has caught up with the log; start it, wait, try again");
      case ALREADY_VOTER -> new OttlaException(ErrorCode.INVALID_REQUEST, who + " is a voter already");
      case NOT_REMOVABLE -> new OttlaException(ErrorCode.INVALID_REQUEST, who + " is no voter, or the only one");
      case WOULD_LOSE_QUORUM -> new OttlaException(ErrorCode.INVALID_REQUEST,
          "of the voters there would be, no majority answers now, so nothing could be committed any more; bring voters"
              + " back, or remove those that do not answer first");
      case TOO_LARGE -> new OttlaException(ErrorCode.INVALID_REQUEST, "the voter set is too large for one entry");
    };
  }
}
