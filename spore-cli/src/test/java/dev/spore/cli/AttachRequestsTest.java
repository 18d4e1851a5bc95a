package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.manifest.SavedSession;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.testing.TestSpores;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code spore attach} takes from the spore, and what it refuses before anything starts. */
final class AttachRequestsTest {
  @TempDir Path dir;

  private RunRequest request(Path spore, @Nullable String session, String... flags) {
    RunOptions options = new RunOptions();
    options.attach(new OptionTable()).parse(List.of(flags));
    return AttachRequests.of(options, spore, session, dir);
  }

  private static void refuses(ErrorCode code, String text, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(SporeException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  @Test
  void theOnlySessionIsTakenAsItWasSaved() {
    Path spore = TestSpores.full(dir.resolve("full"));
    SavedSession saved = Spore.open(spore).manifest().sessions().getFirst();
    RunRequest request = request(spore, null, "--events", "jsonl", "--timeout", "1s");
    assertThat(request.session()).isEqualTo(saved.id());
    assertThat(request.argv()).isEqualTo(saved.argv());
    assertThat(request.tty()).isEqualTo(saved.tty());
    assertThat(request.from()).isEqualTo(spore);
    assertThat(request.memoryBytes()).isEqualTo(Spore.open(spore).manifest().board().memoryBytes());
    assertThat(request(spore, saved.id()).session()).isEqualTo(saved.id());
  }

  @Test
  void aSporeWithoutARunningCommandSaysSoAndWhatToDo() {
    Path spore = TestSpores.small(dir.resolve("small"));
    refuses(ErrorCode.OBJECT_INVALID, "no command was running", () -> request(spore, null));
    refuses(
        ErrorCode.OBJECT_INVALID, "spore run --from " + spore, () -> request(spore, "anything"));
  }

  @Test
  void anUnknownSessionIsRefusedWithThoseThereAre() {
    Path spore = TestSpores.full(dir.resolve("full"));
    String id = Spore.open(spore).manifest().sessions().getFirst().id();
    refuses(ErrorCode.OBJECT_NOT_FOUND, "it holds:\n  " + id, () -> request(spore, "nope"));
  }

  @Test
  void whatIsNoSporeIsRefused() {
    refuses(ErrorCode.OBJECT_NOT_FOUND, "nothing", () -> request(dir.resolve("nothing"), null));
  }
}
