package io.ottla.broker.http.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.broker.runtime.BrokerView;
import io.ottla.common.error.ErrorCode;
import io.ottla.common.error.OttlaException;
import io.ottla.common.metadata.MetadataDelta;
import io.ottla.common.metadata.MetadataImage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** A broker that has not read its own registration denies nothing and answers nothing (M38). */
class StartedInterceptorTest {
  private final View view = new View();
  private final StartedInterceptor interceptor = new StartedInterceptor(view);

  private static final class View implements BrokerView {
    long epoch = -1;
    MetadataImage image = MetadataImage.EMPTY;

    @Override
    public int brokerId() {
      return 1;
    }

    @Override
    public long brokerEpoch() {
      return epoch;
    }

    @Override
    public String clusterId() {
      return "c1";
    }

    @Override
    public MetadataImage image() {
      return image;
    }

    @Override
    public boolean awaitIndex(long index, Duration timeout) {
      return image.index() >= index;
    }
  }

  private boolean letsThrough() {
    return interceptor.preHandle(new MockHttpServletRequest(), new MockHttpServletResponse(), this);
  }

  private void assertSentAway() {
    assertThatThrownBy(this::letsThrough).isInstanceOfSatisfying(OttlaException.class,
        e -> assertThat(e.code()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE));
  }

  @Test
  void requestsWaitForTheOwnRegistrationInTheImage() {
    assertSentAway();
    view.epoch = 3;
    assertSentAway();
    view.image = MetadataDelta.of(MetadataImage.EMPTY, 3, 1, List.of()).image();
    assertThat(letsThrough()).isTrue();
  }

  @Test
  void aNewRegistrationLaterSendsNobodyAway() {
    view.epoch = 3;
    view.image = MetadataDelta.of(MetadataImage.EMPTY, 3, 1, List.of()).image();
    assertThat(letsThrough()).isTrue();
    view.epoch = 9;
    assertThat(letsThrough()).isTrue();
  }
}
