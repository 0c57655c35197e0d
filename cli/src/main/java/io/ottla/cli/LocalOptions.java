package io.ottla.cli;

import io.ottla.cli.local.DataDirectory;
import io.ottla.cli.local.LocalCluster;
import io.ottla.cli.terminal.CommandFailure;
import io.ottla.cli.terminal.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which local clusters {@code status}, {@code node} and {@code down} are about. */
final class LocalOptions {
  @Option(names = "--data-dir", paramLabel = "DIR", description = "The cluster whose data is there (default: those that `up` and `dev` make).")
  private @Nullable Path dataDirectory;

  /** The one named, or whatever {@code up} and {@code dev} left in their default places; never empty. */
  List<LocalCluster> clusters(Context context) {
    Path chosen = dataDirectory;
    if (chosen != null) {
      DataDirectory directory = new DataDirectory(chosen);
      return List.of(new LocalCluster(directory, directory.require()));
    }
    List<LocalCluster> clusters = new ArrayList<>();
    for (Path place : new LinkedHashSet<>(List.of(context.defaultClusterDirectory(), context.defaultDevDirectory()))) {
      DataDirectory directory = new DataDirectory(place);
      directory.load().ifPresent(spec -> clusters.add(new LocalCluster(directory, spec)));
    }
    if (clusters.isEmpty()) {
      throw new CommandFailure(ExitCode.NOT_FOUND,
          "no local cluster in " + context.defaultClusterDirectory().getParent(),
          "`ottla up` starts one, `--data-dir DIR` names another place");
    }
    return clusters;
  }
}
