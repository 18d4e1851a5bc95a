package dev.spore.cli.plugin;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.lang.Compiler;
import dev.spore.plugin.module.ModuleFile;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.policy.PolicyFile;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.verify.Verifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Modules, policies and outputs as files. */
final class PluginFiles {
  /** Numbers of the errors that the names in a command line can draw (Linux errno.h). */
  private static final Map<String, Integer> NUMBERS =
      Map.of(
          "No such file or directory", 2,
          "Permission denied", 13,
          "Not a directory", 20,
          "Is a directory", 21,
          "No space left on device", 28,
          "Read-only file system", 30,
          "File name too long", 36,
          "Too many levels of symbolic links", 40);

  /** A policy with its text, which traces name by the digest of its bytes. */
  record PolicySource(Policy policy, String text) {}

  private PluginFiles() {}

  /** The system's words for a failure, with the number if it is known. */
  static String reason(IOException failure) {
    String text =
        switch (failure) {
          case NoSuchFileException _ -> "No such file or directory";
          case AccessDeniedException _ -> "Permission denied";
          case FileSystemException e when e.getReason() != null -> e.getReason();
          default -> String.valueOf(failure.getMessage());
        };
    Integer number = NUMBERS.get(text);
    return number == null ? text : text + " (os error " + number + ")";
  }

  /**
   * Reads a file.
   *
   * @param role what the message calls it
   * @param bytesMax more are refused unread
   */
  static byte[] read(Console console, String role, String name, int bytesMax) {
    String message = "failed to read " + role + " " + name;
    try (InputStream in = Files.newInputStream(console.path(name))) {
      byte[] bytes = in.readNBytes(bytesMax + 1);
      if (bytes.length > bytesMax) {
        throw new CommandFailure(message, "it is larger than " + bytesMax + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new CommandFailure(message, reason(e));
    }
  }

  /**
   * A verified module: {@code .chr} is compiled, {@code .casm} assembled, anything else decoded.
   */
  static PluginModule module(Console console, String name) {
    byte[] bytes = read(console, "module", name, PluginLimits.MODULE_BYTES_MAX);
    PluginModule module =
        switch (extension(name)) {
          case "chr" -> Compiler.compile(text(bytes, "language source is not valid UTF-8"));
          case "casm" -> Assembler.assemble(text(bytes, "assembly module is not valid UTF-8"));
          default -> ModuleFile.decode(bytes);
        };
    Verifier.verify(module);
    return module;
  }

  private static String extension(String name) {
    String file = Objects.requireNonNullElse(Path.of(name).getFileName(), "").toString();
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(dot + 1) : "";
  }

  private static String text(byte[] bytes, String message) {
    Optional<String> fault = Utf8.fault(bytes, 0, bytes.length);
    if (fault.isPresent()) {
      throw new CommandFailure(message, fault.get());
    }
    return Utf8.decode(bytes, 0, bytes.length);
  }

  /** The text of a file that is read as text: bytes that are none count as unreadable. */
  static String text(Console console, String role, String name, int bytesMax) {
    byte[] bytes = read(console, role, name, bytesMax);
    if (Utf8.fault(bytes, 0, bytes.length).isPresent()) {
      throw new CommandFailure(
          "failed to read " + role + " " + name, "stream did not contain valid UTF-8");
    }
    return Utf8.decode(bytes, 0, bytes.length);
  }

  static PolicySource policy(Console console, String name) {
    String text = text(console, "policy", name, PluginLimits.POLICY_CHARS_MAX);
    return new PolicySource(PolicyFile.parse(text), text);
  }

  /** Writes a whole file. */
  static void write(Console console, String name, byte[] bytes) {
    try (OutputStream out = open(console, name)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new CommandFailure(reason(e));
    }
  }

  /** Opens a file to be written from its start. */
  static OutputStream open(Console console, String name) {
    Path path = console.path(name);
    try {
      return Files.newOutputStream(path);
    } catch (IOException e) {
      throw new CommandFailure(reason(e));
    }
  }
}
