package io.ottla.broker.catalog;

final class FakeMetadataSourceTest extends MetadataSourceContract {

  @Override
  protected MetadataSource source(MetadataLog log, long logStartIndex, long snapshotIndex) {
    FakeMetadataSource.Controller controller = new FakeMetadataSource.Controller(log);
    controller.logStartIndex = logStartIndex;
    controller.snapshotIndex = snapshotIndex;
    return new FakeMetadataSource(controller, new FakeMetadataSource.Controller(new MetadataLog()));
  }
}
