package dev.spore.plugin.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.plugin.DecodeException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModuleJsonTest {
  private static final String EMPTY =
      "{\"name\":\"m\",\"constants\":[],\"capabilities\":[],\"functions\":[],\"exports\":{}}";

  private static PluginModule decode(String text) {
    return ModuleJson.decode(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void writesOneForm() {
    assertThat(new String(ModuleJson.encode(decode(" " + EMPTY + "\n")), StandardCharsets.UTF_8))
        .isEqualTo(EMPTY);
  }

  @Test
  void skipsWhatItDoesNotKnowAndTakesNumbersOf64Bits() {
    PluginModule module =
        decode(
            "{\"more\":{\"a\":[1]},\"name\":\"m\",\"constants\":[{\"Nil\":null}],"
                + "\"capabilities\":[{\"id\":\"a@1\",\"params\":[],\"return_type\":\"nil\"}],"
                + "\"functions\":[{\"name\":\"f\",\"registers\":18446744073709551615,"
                + "\"arity\":0,\"code\":[]}],\"exports\":{\"f\":0}}");
    assertThat(module.functions().getFirst().registers()).isEqualTo(-1);
    assertThat(module.functions().getFirst().sourceLines()).isEqualTo(SourceLines.EMPTY);
    assertThat(module.capabilities().getFirst().reason()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"name\":\"m\",\"constants\":[],\"capabilities\":[],\"functions\":[]}",
        "{\"name\":\"m\",\"name\":\"m\",\"constants\":[],\"capabilities\":[],\"functions\":[],"
            + "\"exports\":{}}",
        "{\"name\":1,\"constants\":[],\"capabilities\":[],\"functions\":[],\"exports\":{}}",
        "{\"name\":\"m\",\"constants\":[{\"I64\":9223372036854775808}],\"capabilities\":[],"
            + "\"functions\":[],\"exports\":{}}",
        "{\"name\":\"m\",\"constants\":[{\"F64\":null}],\"capabilities\":[],\"functions\":[],"
            + "\"exports\":{}}",
        "{\"name\":\"m\",\"constants\":[{\"I64\":1,\"I64\":2}],\"capabilities\":[],"
            + "\"functions\":[],\"exports\":{}}",
        "{\"name\":\"m\",\"constants\":[\"nil\"],\"capabilities\":[],\"functions\":[],"
            + "\"exports\":{}}",
        "{\"name\":\"\\ud800\",\"constants\":[],\"capabilities\":[],\"functions\":[],"
            + "\"exports\":{}}",
        "{\"name\":\"m\",\"constants\":[],\"capabilities\":[],\"functions\":[],\"exports\":{}} x",
        "{\"name\":\"m\",\"constants\":[],\"capabilities\":[],\"functions\":[],\"exports\":{\"f\":-1}}",
      })
  void refusesWhatIsNoModule(String text) {
    assertThatThrownBy(() -> decode(text))
        .isInstanceOf(DecodeException.class)
        .hasMessageStartingWith("decode error: ");
  }
}
