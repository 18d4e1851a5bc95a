package dev.spore.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PageMapTest {
  private static final int PAGES = 20_000;

  @TempDir private Path directory;

  @Test
  void pagesWrittenOverAFileAreOwnAndPagesReadAreNot() throws Exception {
    Path path = directory.resolve("ram");
    Files.write(path, new byte[(int) (PAGES * Mapping.PAGE_BYTES)]);
    try (HostFile file = HostFile.openRegular(path);
        Mapping mapping = Mapping.privateWritable(file, 0, PAGES * Mapping.PAGE_BYTES)) {
      assertThat(PageMap.of(mapping).own().isEmpty()).isTrue();
      mapping.segment().get(ValueLayout.JAVA_BYTE, 7 * Mapping.PAGE_BYTES);
      // The content it had already: written is written.
      mapping.segment().set(ValueLayout.JAVA_BYTE, 9000 * Mapping.PAGE_BYTES + 5, (byte) 0);
      mapping.segment().set(ValueLayout.JAVA_BYTE, (PAGES - 1) * Mapping.PAGE_BYTES, (byte) 1);

      PageMap map = PageMap.of(mapping);

      assertThat(map.own().stream()).containsExactly(9000, PAGES - 1);
      assertThat(map.touched().stream().boxed()).contains(7, 9000, PAGES - 1).doesNotContain(15000);
    }
  }

  @Test
  void untouchedMemoryHasNoPages() throws Exception {
    try (Mapping mapping = Mapping.anonymous(64 * Mapping.PAGE_BYTES)) {
      assertThat(PageMap.of(mapping).touched().isEmpty()).isTrue();
      mapping.segment().set(ValueLayout.JAVA_BYTE, 3 * Mapping.PAGE_BYTES, (byte) 1);
      assertThat(PageMap.of(mapping).own().get(3)).isTrue();
      assertThat(PageMap.of(mapping).own().get(40)).isFalse();
    }
  }

  @Test
  void closedMappingIsNotLookedAt() {
    Mapping mapping = Mapping.anonymous(Mapping.PAGE_BYTES);
    mapping.close();
    assertThatThrownBy(() -> PageMap.of(mapping)).isInstanceOf(IllegalStateException.class);
  }
}
