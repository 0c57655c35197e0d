package io.ottla.controller.http.inbound;

import io.ottla.common.wire.AlterPartitionsRequest;
import io.ottla.common.wire.AlterPartitionsResponse;
import io.ottla.common.wire.HeartbeatRequest;
import io.ottla.common.wire.RegisterBrokerRequest;
import io.ottla.controller.control.AlterPartitionCommand;
import io.ottla.controller.control.HeartbeatCommand;
import io.ottla.controller.control.RegisterBrokerCommand;
import java.util.List;

/** What the endpoints make of the requests they get, for simulations without HTTP. */
public final class CommandsOf {
  private CommandsOf() {
  }

  /** See {@link Commands}. */
  public static RegisterBrokerCommand register(RegisterBrokerRequest request) {
    return Commands.register(request);
  }

  /** See {@link Commands}. */
  public static HeartbeatCommand heartbeat(HeartbeatRequest request) {
    return Commands.heartbeat(request);
  }

  /** See {@link Commands}. */
  public static AlterPartitionCommand alter(AlterPartitionsRequest request) {
    return Commands.alter(request);
  }

  /** See {@link Commands}. */
  public static AlterPartitionsResponse altered(List<AlterPartitionCommand.Answer> answers) {
    return Commands.altered(answers);
  }
}
