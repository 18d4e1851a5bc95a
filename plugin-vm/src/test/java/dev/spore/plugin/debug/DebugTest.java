package dev.spore.plugin.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.RunException;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceSlice;
import dev.spore.plugin.trace.Traces;
import dev.spore.plugin.value.Value;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DebugTest {
  /** Recursion: every frame has a register 0 of its own. */
  private static final String DOWN =
      """
      .module "down"
      .fn main r2
        const r0, 3
        call r1, down, r0
        ret r1
      .end
      .fn down r4 arity=1
        jump_if r0, more
        ret r0
      more:
        const r1, 1
        sub r2, r0, r1
        call r3, down, r2
        add r3, r3, r1
        ret r3
      .end
      """;

  private static final String ENDLESS =
      """
      .module "endless"
      .fn main r1
        call r0, main
        ret r0
      .end
      """;

  private final List<String> lines = new ArrayList<>();

  private static TraceFile trace(String assembly) {
    return TraceFile.of(Traces.of(assembly, RunLimits.sandbox()));
  }

  private DebugSession session(TraceFile trace) {
    DebugSession session =
        new DebugSession(
            trace,
            (_, _) -> {
              throw new AssertionError("nothing is to be written");
            },
            lines::add);
    session.start();
    lines.clear();
    return session;
  }

  private List<String> run(DebugSession session, String... commands) {
    lines.clear();
    for (String command : commands) {
      session.run(command);
    }
    return List.copyOf(lines);
  }

  @Test
  void keepsFramesApart() {
    TraceFile trace = trace(DOWN);
    try (Navigator navigator = new Navigator(trace)) {
      long events = trace.summary().events();
      List<Integer> depths = new ArrayList<>();
      for (long i = 0; i < events; i++) {
        depths.add(navigator.depth(i));
        Frame frame = navigator.frame(i);
        assertThat(frame.function()).isEqualTo(navigator.event(i).function());
        if (frame.function().equals("down")) {
          assertThat(frame.registers().get(0L)).isEqualTo(new Value.I64(3 - (frame.id() - 1)));
        }
      }
      assertThat(depths)
          .containsExactly(1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1);
      assertThat(navigator.frame(events - 1).id()).isZero();
      assertThat(navigator.frame(events - 1).registers())
          .containsEntry(0L, new Value.I64(3))
          .containsEntry(1L, new Value.I64(3));
    }
  }

  @Test
  void knowsTheDepthOfRecursionThatDoesNothingElse() {
    TraceFile trace = trace(ENDLESS);
    assertThat(trace.summary().events()).isEqualTo(64);
    try (Navigator navigator = new Navigator(trace)) {
      assertThat(navigator.depth(0)).isEqualTo(64);
      assertThat(navigator.depth(63)).isEqualTo(1);
      assertThat(navigator.frame(63).id()).isZero();
    }
  }

  @Test
  void guessesFramesOfSlicesWithoutMixingFunctions() {
    ByteArrayOutputStream slice = new ByteArrayOutputStream();
    TraceSlice.write(trace(DOWN), 5, 20, slice::write);
    TraceFile trace = TraceFile.of(slice.toByteArray());
    try (Navigator navigator = new Navigator(trace)) {
      for (long i = 0; i < trace.summary().events(); i++) {
        assertThat(navigator.frame(i).function()).isEqualTo(navigator.event(i).function());
      }
    }
  }

  @Test
  void givesTheSameStatesInEveryOrder() {
    TraceFile trace = trace(Traces.LOOP.formatted(12_000));
    long events = trace.summary().events();
    try (Navigator navigator = new Navigator(trace)) {
      for (long index : new long[] {events - 1, 0, 35_000, 12, 34_999, 511, 512, 513, 20_000}) {
        Value expected = new Value.I64(index < 3 ? 0 : (index - 3) / 3 + 1);
        if (index >= 3 && index < events - 1) {
          assertThat(navigator.frame(index).get(0)).as("event " + index).isEqualTo(expected);
          assertThat(navigator.state(index).registers()).containsEntry(0L, expected);
        }
        assertThat(navigator.state(index).event()).isEqualTo(navigator.event(index));
      }
      assertThatThrownBy(() -> navigator.state(events)).isInstanceOf(RunException.class);
      assertThatThrownBy(() -> navigator.event(-1)).isInstanceOf(RunException.class);
    }
  }

  @Test
  void stopsInBothDirections() {
    try (DebugSession session = session(trace(DOWN))) {
      assertThat(run(session, "break down 4", "continue")).hasSize(3);
      assertThat(session.current()).isEqualTo(12);
      run(session, "continue");
      assertThat(session.current()).isEqualTo(15);
      run(session, "reverse-continue", "reverse-continue");
      assertThat(session.current()).isZero();
      assertThat(lines).contains("no stop until the start");
      run(session, "delete 1", "break op sub", "continue", "rc");
      assertThat(session.current()).isZero();
    }
  }

  @Test
  void watchesARegisterOfOneFrame() {
    try (DebugSession session = session(trace(DOWN))) {
      run(session, "jump 6", "watch r3", "continue");
      assertThat(session.current()).isEqualTo(15);
      run(session, "continue");
      assertThat(session.current()).isEqualTo(16);
      run(session, "continue");
      assertThat(lines).contains("no stop until the end");
      run(session, "rc", "rc");
      assertThat(session.current()).isEqualTo(15);
    }
  }

  @Test
  void stepsOverAndOut() {
    try (DebugSession session = session(trace(DOWN))) {
      run(session, "jump 3", "over");
      assertThat(session.current()).isEqualTo(18);
      run(session, "jump 6", "out");
      assertThat(session.current()).isEqualTo(18);
      assertThat(run(session, "jump 10", "frames")).contains("0: frame 4 down registers=1");
      assertThat(run(session, "frame 1")).contains("frame 3 down", "  r0 = 1");
      run(session, "jump 22", "out");
      assertThat(lines).contains("nothing called this frame");
    }
  }

  @Test
  void speaksJson() {
    List<String> objects = new ArrayList<>();
    try (JsonDebugSession session = new JsonDebugSession(trace(DOWN), (_, _) -> {}, objects::add)) {
      session.start();
      session.run("jump 10");
      assertThatThrownBy(() -> session.run("jump 99")).isInstanceOf(DebugException.class);
      assertThat(session.run("quit")).isFalse();
    }
    assertThat(objects).hasSize(4);
    assertThat(objects.get(1))
        .startsWith("{\"command\":\"jump 10\",\"index\":10,\"events\":23,\"event\":{")
        .contains("\"frame\":{\"id\":4,\"depth\":5,\"function\":\"down\",\"registers\":{\"0\":");
    assertThat(objects.get(2))
        .isEqualTo("{\"command\":\"jump 99\",\"error\":\"event index 99 out of bounds\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jump",
        "jump x",
        "jump -1",
        "jump 18446744073709551616",
        "jump 23",
        "back 1.5",
        "diff 1",
        "diff 0 99",
        "slice 3 1",
        "export-slice 1 3 --out",
        "export-slice 3 1 --out x",
        "frame 7",
        "frame r",
        "break",
        "break op nop",
        "break line",
        "watch 3",
        "watch r",
        "watch r-1",
        "delete 1",
        "delete 0",
      })
  void refusesWhatItCannotFollow(String command) {
    try (DebugSession session = session(trace(DOWN))) {
      assertThatThrownBy(() -> session.run(command))
          .isInstanceOfAny(DebugException.class, RunException.class);
      assertThat(session.current()).isZero();
    }
  }

  @Test
  void refusesTooMuch() {
    try (DebugSession session = session(trace(DOWN))) {
      assertThatThrownBy(() -> session.run("n".repeat(PluginLimits.DEBUG_LINE_CHARS_MAX + 1)))
          .isInstanceOf(DebugException.class);
      for (int i = 0; i < PluginLimits.DEBUG_STOPS_MAX; i++) {
        session.run("break error");
      }
      assertThatThrownBy(() -> session.run("break error")).isInstanceOf(DebugException.class);
    }
  }
}
