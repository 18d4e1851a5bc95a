package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunRequestsTest {
  private static final long HOST_BYTES = 4L << 30;

  @TempDir Path dir;
  private Path kernel = Path.of("kernel");
  private Path initrd = Path.of("initrd");

  @BeforeEach
  void bootFiles() throws IOException {
    kernel = Files.createFile(dir.resolve("vmlinux"));
    initrd = Files.createFile(dir.resolve("initrd.cpio"));
  }

  private RunRequest request(String... args) {
    return request(new Installation(null, dir, kernel, initrd, null), args);
  }

  private RunRequest request(Installation installation, String... args) {
    List<String> all = List.of(args);
    int end = all.indexOf("--");
    @Nullable List<String> exact = end < 0 ? null : all.subList(end + 1, all.size());
    RunOptions options = new RunOptions();
    List<String> words = options.table().parse(end < 0 ? all : all.subList(0, end));
    return RunRequests.of(
        options, words, exact, installation, Map.of("HOSTVAR", "here"), HOST_BYTES);
  }

  private void refuses(ErrorCode code, String message, String... args) {
    assertThatThrownBy(() -> request(args))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(code);
  }

  @Test
  void oneWordIsALineForTheShell() {
    assertThat(request("exit 7").argv()).containsExactly("/bin/sh", "-lc", "exit 7");
  }

  @Test
  void whatFollowsTheDashesIsExact() {
    assertThat(request("--", "--json", "--", "").argv()).containsExactly("--json", "--", "");
  }

  @Test
  void noCommandIsAMissingArgument() {
    refuses(ErrorCode.USAGE_MISSING_ARGUMENT, "no command");
    refuses(ErrorCode.USAGE_MISSING_ARGUMENT, "no command", " ");
    refuses(ErrorCode.USAGE_MISSING_ARGUMENT, "no command after --", "--");
    refuses(ErrorCode.USAGE_MISSING_ARGUMENT, "no command after --", "--", "");
  }

  @Test
  void twoWordsOrAWordAndExactArgumentsAreAmbiguous() {
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "'hello' is one word too many", "echo", "hello");
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "'echo' stands before --", "echo", "--", "hello");
  }

  @ParameterizedTest
  @CsvSource({
    "0, at least 32 MiB",
    "31mb, at least 32 MiB",
    "67108865b, not a whole number of MiB",
    "65537k, not a whole number of MiB",
    "4097mb, this machine has 4096 MiB in all",
    "1000tb, this machine has",
    "9999999999gb, too large",
    "many, is not a size"
  })
  void badMemoryIsAUsageError(String memory, String message) {
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, message, "--memory", memory, "x");
  }

  @Test
  void oddButWholeMebibytesAreFine() {
    assertThat(request("--memory", "65mb", "x").memoryBytes()).isEqualTo(65L << 20);
    assertThat(request("--memory", "4gb", "x").memoryBytes()).isEqualTo(HOST_BYTES);
  }

  @ParameterizedTest
  @CsvSource({"0", "9", "-1", "1.0", "two", "''", "16", "+1"})
  void badProcessorCountsAreUsageErrors(String count) {
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "--vcpus '" + count + "'", "--vcpus", count, "x");
  }

  @Test
  void bareEnvironmentNamesTakeTheHostsValueIfItHasOne() {
    assertThat(
            request("--env", "A=b=c", "--env", "HOSTVAR", "--env", "UNSET", "--env", "E=", "x")
                .env())
        .containsExactly("A=b=c", "HOSTVAR=here", "E=");
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "the name is empty", "--env", "=x", "x");
  }

  @Test
  void outputModesExcludeEachOther() {
    assertThat(request("--events=jsonl", "-t", "x").mode()).isEqualTo(OutputMode.EVENTS);
    assertThat(request("--json", "x").mode()).isEqualTo(OutputMode.JSON);
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT, "exclude each other", "--json", "--events=jsonl", "x");
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "exclude each other", "--json", "-it", "x");
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "only jsonl is known", "--events=xml", "x");
  }

  @Test
  void durationsAreRead() {
    RunRequest request = request("--timeout", "500ms", "--boot-timeout", "1m", "x");

    assertThat(request.timeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(request.bootTimeout()).isEqualTo(Duration.ofMinutes(1));
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "--timeout '5'", "--timeout", "5", "x");
  }

  @Test
  void missingFilesAreTold() {
    refuses(
        ErrorCode.OBJECT_NOT_FOUND, "--kernel /no/kernel: no such", "--kernel", "/no/kernel", "x");
    refuses(
        ErrorCode.OBJECT_NOT_FOUND, "--initrd /no/initrd: no such", "--initrd", "/no/initrd", "x");
    refuses(ErrorCode.OBJECT_NOT_FOUND, "--rootfs /no/root: no such", "--rootfs", "/no/root", "x");
    refuses(ErrorCode.OBJECT_INVALID, "not a regular file", "--kernel", dir.toString(), "x");
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "the file name is empty", "--kernel", "", "x");
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "needs --rootfs", "--rootfs-rw", "x");
  }

  @Test
  void withoutABuiltKernelTheMessageSaysHowToGetOne() {
    Installation bare = new Installation(null, dir, null, null, null);

    assertThatThrownBy(() -> request(bare, "x"))
        .hasMessageContaining("no built guest kernel")
        .hasMessageContaining("--kernel FILE");
  }

  @Test
  void aRelativeWorkingDirectoryAndABlankUserAreRefused() {
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "--workdir 'tmp'", "--workdir", "tmp", "x");
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "--user", "--user", " ", "x");
    assertThat(request("--user", "1000:1000", "--workdir", "/tmp", "x"))
        .extracting(RunRequest::user, RunRequest::workdir)
        .containsExactly("1000:1000", "/tmp");
  }

  @Test
  void annotationsAreCheckedBeforeAnythingStarts() {
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "--save", "--annotation", "a=b", "x");
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT, "KEY=VALUE", "--save", "d", "--annotation", "=b", "x");
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "Spore's own",
        "--save",
        "d",
        "--annotation",
        "dev.spore/fork-index=3",
        "x");
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "65537 bytes",
        "--save",
        "d",
        "--annotation",
        "k=" + "v".repeat(1 << 16),
        "x");
  }

  @Test
  void signalsToSaveAtAreThoseThatCanBeCaught() {
    for (String typed : List.of("USR2", "usr2", "SIGUSR2")) {
      RunRequest.Save save = request("--save", "d", "--save-on", typed, "x").save();
      assertThat(save).extracting(RunRequest.Save::signal).isEqualTo("USR2");
    }
    for (String bad : List.of("QUIT", "KILL", "STOP", "WINCH", "12", "", "SIGEXIT", "SIG")) {
      refuses(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "exit or one of HUP, INT, TERM, USR1, USR2",
          "--save",
          "d",
          "--save-on",
          bad,
          "x");
    }
    refuses(ErrorCode.USAGE_INVALID_ARGUMENT, "needs --save DIR", "--save-on", "USR2", "x");
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "needs --save DIR and --save-on SIGNAL",
        "--save",
        "d",
        "--continue-after-save",
        "x");
    assertThat(request("--save", "d", "--save-on", "exit", "x").save())
        .extracting(RunRequest.Save::signal)
        .isNull();
  }

  @Test
  void aCommandTooLongToBeSavedWhileItRunsIsRefusedBeforeItDoes() {
    String script = "x".repeat(32 << 10);
    refuses(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        "standard input",
        "--save",
        "d",
        "--save-on",
        "HUP",
        script);
    assertThat(request("--save", "d", script).argv()).hasSize(3);
  }
}
