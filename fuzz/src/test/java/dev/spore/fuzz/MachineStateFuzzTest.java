package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.format.FormatException;
import dev.spore.format.codec.MachineStateCodec;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import dev.spore.format.state.MachineState;
import java.util.Arrays;

/** The state of a machine without the manifest around it, so that mutations get further. */
final class MachineStateFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void parse(byte[] bytes) {
    MachineState state;
    try {
      state = new JsonIn("machine", bytes).document(MachineStateCodec::read);
    } catch (FormatException refused) {
      return;
    }
    byte[] again = new JsonOut().document(state, MachineStateCodec::write);
    if (!Arrays.equals(again, bytes)) {
      throw new AssertionError("a machine's state has two forms");
    }
  }
}
