package dev.spore.vmm.assist;

import java.util.List;
import java.util.stream.Stream;

/**
 * Where each extended state component lies in an XSAVE area (SDM volume 1 §13.4, CPUID leaf 0xD).
 * Offsets differ between vendors, so they come from the processor.
 */
public final class XsaveLayout {
  /** Legacy region and header, bytes: the least any XSAVE writes. */
  static final int HEADER_END = 576;

  static final int COMPONENTS_MAX = 63;

  /**
   * Component 2 or higher.
   *
   * @param number bit in XCR0
   * @param offset in the standard format, bytes
   * @param size bytes
   * @param align64 starts on a 64-byte boundary in the compacted format
   */
  public record Component(int number, int offset, int size, boolean align64) {}

  private final List<Component> components;

  private XsaveLayout(List<Component> components) {
    this.components = components;
  }

  /** A layout of {@code components}; those with an unreasonable place are left out. */
  public static XsaveLayout of(Stream<Component> components) {
    return new XsaveLayout(
        components
            .filter(c -> c.number() >= 2 && c.number() < COMPONENTS_MAX)
            .filter(c -> c.size() > 0 && c.offset() >= HEADER_END)
            .sorted((a, b) -> Integer.compare(a.number(), b.number()))
            .toList());
  }

  /** In rising order of their number. */
  public List<Component> components() {
    return components;
  }

  /** Bytes an area needs for the components of {@code mask} in the standard format. */
  int standardSize(long mask) {
    int size = HEADER_END;
    for (Component component : components) {
      if ((mask >>> component.number() & 1) != 0) {
        size = Math.max(size, component.offset() + component.size());
      }
    }
    return size;
  }

  /** The components of {@code mask} at their places in the compacted format. */
  List<Component> compacted(long mask) {
    int[] next = {HEADER_END};
    return components.stream()
        .filter(c -> (mask >>> c.number() & 1) != 0)
        .map(c -> {
          int offset = c.align64() ? (next[0] + 63) & ~63 : next[0];
          next[0] = offset + c.size();
          return new Component(c.number(), offset, c.size(), c.align64());
        })
        .toList();
  }

  /** Bytes an area needs for the components of {@code mask} in the compacted format. */
  int compactedSize(long mask) {
    List<Component> placed = compacted(mask);
    if (placed.isEmpty()) {
      return HEADER_END;
    }
    Component last = placed.getLast();
    return last.offset() + last.size();
  }
}
