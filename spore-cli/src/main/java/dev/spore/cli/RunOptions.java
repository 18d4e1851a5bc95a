package dev.spore.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The flags of {@code spore run} as typed; {@link RunRequests} checks them. */
final class RunOptions {
  @Nullable String memory;
  @Nullable String vcpus;
  @Nullable String kernel;
  @Nullable String initrd;
  @Nullable String rootfs;
  boolean rootfsRw;
  final List<String> env = new ArrayList<>();
  @Nullable String workdir;
  @Nullable String user;
  @Nullable String timeout;
  String bootTimeout = "5m";
  @Nullable String from;
  @Nullable String restore;
  @Nullable String save;
  @Nullable String saveOn;
  boolean continueAfterSave;
  final List<String> annotations = new ArrayList<>();
  boolean cold;
  @Nullable String consoleLog;
  boolean timing;
  boolean stdin;
  boolean tty;
  boolean json;
  @Nullable String events;

  OptionTable table() {
    OptionTable table = new OptionTable();
    machine(table);
    saved(table);
    command(table);
    return output(table);
  }

  /** The flags that {@code spore attach} shares. */
  OptionTable attach(OptionTable table) {
    restore(table);
    time(table);
    table.flag("--interactive", 'i', "give the command this standard input", () -> stdin = true);
    return output(table);
  }

  private void restore(OptionTable table) {
    table.value(
        "--restore",
        "HOW",
        "where its memory comes from: auto, backing, eager or lazy (default auto)",
        v -> restore = v);
  }

  private void time(OptionTable table) {
    table.value(
        "--timeout",
        "DURATION",
        "kill the command after 500ms, 30s, 1m, ... from its start; exit 130",
        v -> timeout = v);
  }

  private void machine(OptionTable table) {
    table
        .value("--memory", "SIZE", "guest RAM, 32mb and up (default 256mb)", v -> memory = v)
        .value("--vcpus", "N", "virtual processors, 1 to 8 (default 1)", v -> vcpus = v)
        .value("--kernel", "FILE", "ELF vmlinux or bzImage (default: Spore's own)", v -> kernel = v)
        .value("--initrd", "FILE", "with Spore's agent as /init (default: ours)", v -> initrd = v)
        .value(
            "--rootfs",
            "FILE",
            "ext4, squashfs or erofs image to run in; writes stay in RAM",
            v -> rootfs = v)
        .flag("--rootfs-rw", "let writes go into the ext4 image itself", () -> rootfsRw = true)
        .value(
            "--boot-timeout",
            "DURATION",
            "give up when the guest is not ready by then (default 5m)",
            v -> bootTimeout = v);
  }

  private void saved(OptionTable table) {
    table.value(
        "--from", "DIR", "run in a machine saved before instead of a fresh one", v -> from = v);
    restore(table);
    table
        .flag("--cold", "boot, even where a machine that has booted is kept", () -> cold = true)
        .value("--save", "DIR", "save the machine there when the command has ended", v -> save = v)
        .value(
            "--save-on",
            "WHEN",
            "save at exit (default) or when spore gets HUP, INT, TERM, USR1 or USR2",
            v -> saveOn = v)
        .flag(
            "--continue-after-save",
            "let the command go on after a save at a signal; else the run ends with it",
            () -> continueAfterSave = true)
        .value("--annotation", "KEY=VALUE", "a note to keep with --save", annotations::add);
  }

  private void command(OptionTable table) {
    table
        .value("--env", "NAME[=VALUE]", "environment; a bare NAME takes its value here", env::add)
        .value("--workdir", "DIR", "working directory in the guest, absolute", v -> workdir = v)
        .value("--user", "USER", "name, uid or uid:gid in the guest (default root)", v -> user = v);
    time(table);
    table
        .flag("--interactive", 'i', "give the command this standard input", () -> stdin = true)
        .flag("--tty", 't', "give the command a terminal", () -> tty = true);
  }

  private OptionTable output(OptionTable table) {
    return table
        .value("--console-log", "FILE", "write the guest's console there", v -> consoleLog = v)
        .flag("--timing", "print where the time went, on standard error", () -> timing = true)
        .flag("--json", "print one result object instead of the output", () -> json = true)
        .value("--events", "jsonl", "print one event object a line", v -> events = v);
  }
}
