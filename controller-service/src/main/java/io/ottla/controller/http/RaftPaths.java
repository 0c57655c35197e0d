package io.ottla.controller.http;

import io.ottla.controller.raft.RaftMessage;

/** Paths of the calls between controllers. */
public final class RaftPaths {
  public static final String PRE_VOTE = "/raft/v1/pre-vote";
  public static final String VOTE = "/raft/v1/vote";
  public static final String APPEND = "/raft/v1/append";
  public static final String IDENTITY = "/raft/v1/identity";
  public static final String PREPARE = "/raft/v1/formation/prepare";
  public static final String COMMIT = "/raft/v1/formation/commit";
  public static final String STATUS = "/raft/v1/status";

  private RaftPaths() {
  }

  /** Where a request goes. */
  public static String of(RaftMessage.Request request) {
    return switch (request) {
      case RaftMessage.PreVoteRequest _ -> PRE_VOTE;
      case RaftMessage.VoteRequest _ -> VOTE;
      case RaftMessage.AppendRequest _ -> APPEND;
    };
  }
}
