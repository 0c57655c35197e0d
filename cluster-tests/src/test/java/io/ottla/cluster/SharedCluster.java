package io.ottla.cluster;

import java.io.IOException;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One cluster of real processes for all tests of a class, which each leave it whole. For a static field. */
final class SharedCluster implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback {
  private final ClusterHarness cluster;
  private boolean failed;

  SharedCluster(ClusterHarness cluster) {
    this.cluster = cluster;
  }

  ClusterHarness cluster() {
    return cluster;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    cluster.start(context.getRequiredTestClass().getSimpleName());
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    failed |= context.getExecutionException().isPresent();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    cluster.stop(failed || context.getExecutionException().isPresent());
  }
}
