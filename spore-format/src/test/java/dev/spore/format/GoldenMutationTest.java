package dev.spore.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.manifest.ManifestCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Every member of a golden manifest changed in every way that fits it, one at a time. */
final class GoldenMutationTest {
  private static final String ANNOTATIONS = "annotations";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  @ParameterizedTest
  @ValueSource(strings = {"small.json", "full.json"})
  void theFormIsTheOneTheDocumentDescribes(String name) throws IOException {
    byte[] golden = GoldenFiles.read(name);

    assertThat(CanonicalText.of(tree(golden))).isEqualTo(text(golden));
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.json", "full.json"})
  void aChangedValueIsRefusedOrAnotherSpore(String name) throws IOException {
    byte[] golden = GoldenFiles.read(name);
    ObjectNode root = (ObjectNode) tree(golden);
    SporeId id = SporeId.of(golden);
    int leaves = 0;
    List<ObjectNode> objects = objectsOfFixedShape(root);
    objects.add((ObjectNode) root.get(ANNOTATIONS));
    for (ObjectNode object : objects) {
      for (Map.Entry<String, JsonNode> member : List.copyOf(object.properties())) {
        for (JsonNode other : changed(member.getValue())) {
          object.set(member.getKey(), other);
          assertRefusedOrOther(root, id);
          leaves++;
        }
        object.set(member.getKey(), member.getValue());
      }
    }
    assertThat(leaves).isGreaterThan(500);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.json", "full.json"})
  void aMemberMissingAddedRenamedOrMovedIsRefused(String name) throws IOException {
    ObjectNode root = (ObjectNode) tree(GoldenFiles.read(name));
    for (ObjectNode object : objectsOfFixedShape(root)) {
      Map<String, JsonNode> members = new LinkedHashMap<>();
      object.properties().forEach(e -> members.put(e.getKey(), e.getValue()));
      for (String key : members.keySet()) {
        assertRefused(root, object, members, without(members, key));
        assertRefused(root, object, members, renamed(members, key));
        assertRefused(root, object, members, last(members, key));
      }
      Map<String, JsonNode> more = new LinkedHashMap<>(members);
      more.put("zzz", NODES.numberNode(0));
      assertRefused(root, object, members, more);
    }
  }

  private static void assertRefused(
      ObjectNode root,
      ObjectNode object,
      Map<String, JsonNode> members,
      Map<String, JsonNode> others) {
    if (List.copyOf(members.keySet()).equals(List.copyOf(others.keySet()))) {
      return;
    }
    object.removeAll();
    object.setAll(others);
    byte[] bytes = CanonicalText.of(root).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ManifestCodec.parse(bytes))
        .as("members %s", others.keySet())
        .isInstanceOf(FormatException.class);
    object.removeAll();
    object.setAll(members);
  }

  private static void assertRefusedOrOther(ObjectNode root, SporeId id) {
    byte[] bytes = CanonicalText.of(root).getBytes(StandardCharsets.UTF_8);
    try {
      assertThat(ManifestCodec.encode(ManifestCodec.parse(bytes))).isEqualTo(bytes);
      assertThat(SporeId.of(bytes)).isNotEqualTo(id);
    } catch (FormatException refused) {
      assertThat(refused).hasMessageStartingWith("manifest.json:");
    }
  }

  private static List<JsonNode> changed(JsonNode value) {
    List<JsonNode> others = new ArrayList<>(List.of(NODES.objectNode(), NODES.arrayNode()));
    if (value.isNumber()) {
      others.add(NODES.numberNode(value.asLong() + 1));
      others.add(NODES.numberNode(-1));
      others.add(NODES.numberNode(Long.MAX_VALUE));
      others.add(NODES.numberNode(0.5));
      others.add(NODES.stringNode(value.toString()));
      others.add(NODES.nullNode());
    } else if (value.isBoolean()) {
      others.add(NODES.booleanNode(!value.booleanValue()));
      others.add(NODES.numberNode(1));
    } else if (value.isString()) {
      String text = value.stringValue();
      others.add(NODES.stringNode(text + "0"));
      others.add(NODES.stringNode(text.isEmpty() ? "x" : text.substring(1)));
      others.add(NODES.stringNode("f" + text.substring(Math.min(1, text.length()))));
      others.add(NODES.stringNode(""));
      others.add(NODES.nullNode());
    } else if (value.isArray() && !value.isEmpty()) {
      ArrayNode twice = ((ArrayNode) value).deepCopy();
      twice.add(twice.get(0));
      ArrayNode fewer = ((ArrayNode) value).deepCopy();
      fewer.remove(0);
      others.addAll(List.of(twice, fewer));
    } else if (value.isNull()) {
      others.add(NODES.numberNode(0));
    }
    others.removeIf(value::equals);
    return others;
  }

  /** All but the annotations, whose members are the user's. */
  private static List<ObjectNode> objectsOfFixedShape(JsonNode node) {
    List<ObjectNode> found = new ArrayList<>();
    if (node instanceof ObjectNode object) {
      found.add(object);
      object.properties().stream()
          .filter(member -> !member.getKey().equals(ANNOTATIONS))
          .forEach(member -> found.addAll(objectsOfFixedShape(member.getValue())));
    } else {
      node.valueStream().forEach(child -> found.addAll(objectsOfFixedShape(child)));
    }
    return found;
  }

  private static Map<String, JsonNode> without(Map<String, JsonNode> members, String key) {
    Map<String, JsonNode> others = new LinkedHashMap<>(members);
    others.remove(key);
    return others;
  }

  private static Map<String, JsonNode> renamed(Map<String, JsonNode> members, String key) {
    Map<String, JsonNode> others = new LinkedHashMap<>();
    members.forEach((k, v) -> others.put(k.equals(key) ? k + "x" : k, v));
    return others;
  }

  private static Map<String, JsonNode> last(Map<String, JsonNode> members, String key) {
    Map<String, JsonNode> others = without(members, key);
    others.put(key, Objects.requireNonNull(members.get(key)));
    return others;
  }

  private static JsonNode tree(byte[] golden) {
    return new JsonMapper().readTree(golden);
  }

  private static String text(byte[] golden) {
    return new String(golden, StandardCharsets.UTF_8);
  }
}
