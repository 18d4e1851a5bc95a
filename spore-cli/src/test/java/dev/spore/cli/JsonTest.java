package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What we write, an independent parser reads back unchanged. */
final class JsonTest {
  private final ObjectMapper mapper = new ObjectMapper();

  @Test
  void everyBmpCharacterComesBack() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c <= 0xffff; c++) {
      if (!Character.isSurrogate((char) c)) {
        all.append((char) c);
      }
    }
    all.append("\ud83e\uddec");
    String json = new Json().beginObject().field("all", all.toString()).endObject().toString();

    byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
    assertThat(mapper.readTree(utf8).get("all").asString()).isEqualTo(all.toString());
    assertThat(json).doesNotContain("\n");
  }

  @Test
  void aLoneSurrogateStaysValidUtf8() {
    String json = new Json().beginObject().field("s", "a\ud800b").endObject().toString();

    assertThat(json).isEqualTo("{\"s\":\"a\\ud800b\"}");
  }

  @Test
  void nestingAndCommasAreRight() {
    String json =
        new Json()
            .beginObject()
            .beginArray("empty")
            .endArray()
            .beginArray("words")
            .element("a")
            .element("b")
            .endArray()
            .beginObject("inner")
            .field("n", Long.MIN_VALUE)
            .field("b", false)
            .endObject()
            .field("last", 1)
            .endObject()
            .toString();

    assertThat(json)
        .isEqualTo(
            "{\"empty\":[],\"words\":[\"a\",\"b\"],"
                + "\"inner\":{\"n\":-9223372036854775808,\"b\":false},\"last\":1}");
  }

  @Test
  void everyErrorCodeHasAnErrorObject() {
    for (ErrorCode code : ErrorCode.values()) {
      JsonNode root = mapper.readTree(Failures.json(new SporeException(code, "what \"it\" is")));

      assertThat(root.get("schema").asString()).isEqualTo("spore.error.v1");
      JsonNode error = root.get("error");
      assertThat(error.get("code").asString()).isEqualTo(code.code());
      assertThat(error.get("message").asString()).isEqualTo("what \"it\" is");
      assertThat(error.get("exit_code").asInt()).isEqualTo(code.exitStatus());
      assertThat(error.get("retry").asString()).isIn("after_fix", "transient", "unknown");
      assertThat(error.get("retryable").asBoolean())
          .isEqualTo(error.get("retry").asString().equals("transient"));
    }
  }
}
