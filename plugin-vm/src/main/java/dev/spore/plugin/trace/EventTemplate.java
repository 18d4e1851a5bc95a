package dev.spore.plugin.trace;

import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.value.FloatText;
import dev.spore.plugin.value.Value;
import java.nio.charset.StandardCharsets;

/**
 * The texts of the events of one instruction that differ in a number alone, or in nothing, and what
 * they do to the checksums: most of an event is never written or hashed a second time.
 */
final class EventTemplate {
  private static final long NUMBER = 1_234_567_890_123_456_789L;
  private static final double REAL = Math.PI * 1e-89;

  /** From the number to the checksum; the same for all. */
  private static final byte[] AFTER_NUMBER =
      bytes("}}],\"capability\":null,\"error\":null,\"checksum\":");

  private static final FnvText AFTER_NUMBER_TO_CHECKSUM =
      new FnvText(AFTER_NUMBER, 0, AFTER_NUMBER.length);
  private static final FnvText AFTER_NUMBER_TO_END = toEnd();

  private static FnvText toEnd() {
    byte[] text = new Ascii().add(AFTER_NUMBER).add("0}").copy();
    return new FnvText(text, 0, text.length);
  }

  private final boolean fixed;

  /** As in the file: before the number, up to the checksum, after it. */
  private final byte[] head;

  private final byte[] middle;
  private final byte[] end;

  /** All of it, if it is fixed, and its checksum. */
  private final byte[] whole;

  /** State of the event's own checksum before the number. */
  private final long headState;

  /** For the checksum of all: the comma and the text before the number, or all of it. */
  private final FnvText headOfAll;

  /**
   * Of an event whose first change has an integer or a double that may be another, or is as it is.
   *
   * @param sample without capability and error
   */
  EventTemplate(TraceEvent sample) {
    TraceEvent marked = marked(sample);
    Value value = marked.changes().isEmpty() ? Value.Nil.NIL : marked.changes().getFirst().value();
    String marker =
        switch (value) {
          case Value.I64 _ -> Long.toString(NUMBER);
          case Value.F64 _ -> FloatText.json(REAL);
          case Value.Nil _,
              Value.Bool _,
              Value.Text _,
              Value.Array _,
              Value.FunctionName _,
              Value.CapabilityName _ ->
              "";
        };
    fixed = marker.isEmpty();
    String text = pretty(marked.withChecksum(0));
    int checksumAt = text.lastIndexOf('0');
    end = bytes(text.substring(checksumAt + 1));
    String canonical = canonical(marked.withChecksum(0));
    if (fixed) {
      long checksum = Fnv.of(Fnv.START, bytes(canonical), 0, bytes(canonical).length);
      String number = Long.toUnsignedString(checksum);
      head = bytes(text.substring(0, checksumAt));
      middle = new byte[0];
      whole = bytes(text.substring(0, checksumAt) + number + text.substring(checksumAt + 1));
      headState = checksum;
      headOfAll = of("," + canonical.substring(0, canonical.length() - 2) + number + "}");
    } else {
      int markerAt = text.lastIndexOf(marker);
      head = bytes(text.substring(0, markerAt));
      middle = bytes(text.substring(markerAt + marker.length(), checksumAt));
      whole = new byte[0];
      String before = canonical.substring(0, canonical.lastIndexOf(marker));
      headState = Fnv.of(Fnv.START, bytes(before), 0, bytes(before).length);
      headOfAll = of("," + before);
    }
  }

  private static TraceEvent marked(TraceEvent sample) {
    if (sample.changes().isEmpty()) {
      return sample;
    }
    RegisterChange change = sample.changes().getFirst();
    return switch (change.value()) {
      case Value.I64 _ -> sample.withValue(new Value.I64(NUMBER));
      case Value.F64 _ -> sample.withValue(new Value.F64(REAL));
      case Value.Nil _,
          Value.Bool _,
          Value.Text _,
          Value.Array _,
          Value.FunctionName _,
          Value.CapabilityName _ ->
          sample;
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static FnvText of(String text) {
    byte[] bytes = bytes(text);
    return new FnvText(bytes, 0, bytes.length);
  }

  private static String canonical(TraceEvent event) {
    return new String(JsonWriter.toBytes(false, event::write), StandardCharsets.UTF_8);
  }

  /** As it stands in a file, where two brackets are open around it. */
  private static String pretty(TraceEvent event) {
    byte[] all =
        JsonWriter.toBytes(
            true,
            json -> {
              json.beginObject().key("events").beginArray();
              event.write(json);
            });
    String text = new String(all, StandardCharsets.UTF_8);
    return text.substring(text.indexOf("    {") + 4);
  }

  /** Whether it has no number. */
  boolean isFixed() {
    return fixed;
  }

  /** Puts a fixed event into a text and adds it to a hash; gives its checksum. */
  long fixed(Ascii text, TraceHash hash) {
    hash.goOn(headOfAll.after(hash.state()));
    text.add(whole);
    return headState;
  }

  /** Starts the text of an event with a number, which the caller adds. */
  void begin(Ascii text) {
    text.add(head);
  }

  /** Ends a text that was begun and got its number; adds it to a hash. */
  long end(Ascii text, TraceHash hash) {
    byte[] bytes = text.bytes;
    long one = headState;
    long all = headOfAll.after(hash.state());
    for (int i = head.length; i < text.length; i++) {
      int digit = bytes[i];
      one = (one ^ digit) * Fnv.PRIME;
      all = (all ^ digit) * Fnv.PRIME;
    }
    one = AFTER_NUMBER_TO_END.after(one);
    all = AFTER_NUMBER_TO_CHECKSUM.after(all);
    text.add(middle);
    int checksumAt = text.length;
    text.unsigned(one);
    all = Fnv.of(all, text.bytes, checksumAt, text.length - checksumAt);
    hash.goOn((all ^ '}') * Fnv.PRIME);
    text.add(end);
    return one;
  }
}
