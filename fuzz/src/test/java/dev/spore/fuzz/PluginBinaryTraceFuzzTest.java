package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.github.luben.zstd.Zstd;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.replay.Replay;
import dev.spore.plugin.trace.TraceConversion;
import dev.spore.plugin.trace.TraceFile;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Any bytes are a binary trace, whose JSON form holds all of it, or are refused. */
final class PluginBinaryTraceFuzzTest {
  private static final byte[] MAGIC = "SPTRACE1".getBytes(StandardCharsets.US_ASCII);

  @FuzzTest(maxDuration = "1m")
  void file(byte[] bytes) {
    read(join(MAGIC, bytes));
  }

  /** What is inside the blocks, packed here: a fuzzer would hardly find a checksum of a block. */
  @FuzzTest(maxDuration = "1m")
  void content(byte[] bytes) {
    int split = Math.max(0, bytes.length - bytes.length / 4);
    byte[] first = Arrays.copyOf(bytes, split);
    byte[] last = Arrays.copyOfRange(bytes, split, bytes.length);
    byte[] whole = join(MAGIC, block(first));
    long offset = whole.length;
    byte[] trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(offset).array();
    read(join(join(whole, block(last)), trailer));
  }

  private static byte[] join(byte[] left, byte[] right) {
    byte[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }

  private static byte[] block(byte[] content) {
    if (content.length == 0) {
      return content;
    }
    byte[] packed = Zstd.compress(content);
    byte[] header =
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(packed.length)
            .putInt(content.length)
            .array();
    return join(header, packed);
  }

  private static void read(byte[] bytes) {
    TraceFile trace = TraceFile.of(bytes);
    try {
      trace.summary();
    } catch (PluginException refused) {
      return;
    }
    Replay.of(trace);
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    TraceConversion.toJson(trace, json::write);
    ByteArrayOutputStream binary = new ByteArrayOutputStream();
    TraceConversion.toBinary(TraceFile.of(json.toByteArray()), binary::write);
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    TraceConversion.toJson(TraceFile.of(binary.toByteArray()), again::write);
    if (!Arrays.equals(json.toByteArray(), again.toByteArray())) {
      throw new AssertionError("a trace does not come back from its other form");
    }
  }
}
