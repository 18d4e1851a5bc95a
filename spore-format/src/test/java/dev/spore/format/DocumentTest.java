package dev.spore.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.state.MsrInventory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** docs/spore-format.md is what a stranger writes a reader from. */
final class DocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "spore-format.md");

  @Test
  void namesEveryMemberOfAManifest() throws IOException {
    String text = Files.readString(DOCUMENT);
    JsonNode manifest = new JsonMapper().readTree(GoldenFiles.read("full.json"));
    Set<String> names = new TreeSet<>();
    collect(manifest, names);

    assertThat(names).hasSizeGreaterThan(200);
    assertThat(names).allSatisfy(name -> assertThat(text).contains("`" + name + "`"));
  }

  @Test
  void namesEveryMsr() throws IOException {
    String text = Files.readString(DOCUMENT);

    assertThat(Arrays.stream(MsrInventory.order()).mapToObj("%08x"::formatted))
        .allSatisfy(number -> assertThat(text).contains(number));
  }

  private static void collect(JsonNode node, Set<String> names) {
    if (node.isObject()) {
      node.properties().stream()
          .filter(member -> !member.getKey().equals("annotations"))
          .forEach(member -> {
            names.add(member.getKey());
            collect(member.getValue(), names);
          });
      return;
    }
    node.valueStream().forEach(child -> collect(child, names));
  }
}
