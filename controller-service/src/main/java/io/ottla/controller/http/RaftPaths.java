package io.ottla.controller.http;

import io.ottla.controller.raft.RaftMessage;

/** Paths of the calls between controllers. */
public final class RaftPaths {
  public static final String PRE_VOTE = "/raft/v1/pre-vote";
  public static final String VOTE = "/raft/v1/vote";
  public static final String APPEND = "/raft/v1/append";
  public static final String INSTALL_SNAPSHOT = "/raft/v1/install-snapshot";
  public static final String TIMEOUT_NOW = "/raft/v1/timeout-now";
  public static final String OBSERVE = "/raft/v1/observe";
  public static final String ADD_VOTER = "/raft/v1/voters/add";
  public static final String REMOVE_VOTER = "/raft/v1/voters/remove";
  public static final String TRANSFER = "/raft/v1/transfer";
  public static final String SNAPSHOT = "/raft/v1/snapshot";
  public static final String READ_INDEX = "/raft/v1/read-index";
  public static final String STATE = "/cluster/v1/snapshot";
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
      case RaftMessage.SnapshotRequest _ -> INSTALL_SNAPSHOT;
      case RaftMessage.TimeoutNowRequest _ -> TIMEOUT_NOW;
      case RaftMessage.ObserveRequest _ -> OBSERVE;
    };
  }
}
