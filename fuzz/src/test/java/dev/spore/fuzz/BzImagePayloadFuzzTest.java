package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Any payload behind a sound setup header: the decoders, without the search for the header. */
final class BzImagePayloadFuzzTest {
  private static final int SETUP_BYTES = 5 * 512;

  @FuzzTest(maxDuration = "1m")
  void unpack(byte[] payload) {
    ByteBuffer image =
        ByteBuffer.allocate(SETUP_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    image.put(0x1f1, (byte) 4).putShort(0x1fe, (short) 0xaa55).putInt(0x202, 0x5372_6448);
    image.putShort(0x206, (short) 0x20f).putInt(0x24c, payload.length);
    image.put(SETUP_BYTES, payload);
    KernelLoading.load(image.array());
  }
}
