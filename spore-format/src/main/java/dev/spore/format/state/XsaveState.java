package dev.spore.format.state;

import dev.spore.format.Bytes;
import dev.spore.format.check.Check;
import java.util.List;

/**
 * x87, SSE, AVX and later state (Intel SDM volume 1 §13.4), free of any host's layout: the offsets
 * of components are for whoever restores them to look up.
 *
 * @param features XSTATE_BV: components that are not in their initial state
 * @param legacy the 512 bytes FXSAVE writes (§10.5.1)
 * @param components one for each bit of {@code features} from 2 up, in rising order
 */
public record XsaveState(long features, Bytes legacy, List<XsaveComponent> components) {
  /** Bytes of the legacy region. */
  public static final int LEGACY_BYTES = 512;

  private static final long LEGACY_FEATURES = 3;

  public XsaveState {
    Check.bits("features", features, Long.MAX_VALUE);
    Check.range("legacy size", legacy.size(), LEGACY_BYTES, LEGACY_BYTES);
    components = Check.list("components", components, 0, XsaveComponent.NUMBER_MAX);
    long listed = features & LEGACY_FEATURES;
    int last = 0;
    for (XsaveComponent component : components) {
      Check.that(component.number() > last, "components are not in rising order");
      last = component.number();
      listed |= 1L << last;
    }
    if (listed != features) {
      throw Check.refusal("components are 0x%x but features 0x%x".formatted(listed, features));
    }
  }
}
