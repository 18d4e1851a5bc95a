package dev.spore.vmm;

import dev.spore.vmm.boot.ElfBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * "Kernels" of a few bytes, as ELF files a machine boots like any other. They run at 1 MiB, with
 * interrupts off, no IDT, and identity page tables of their own for the first 8 GiB once they load
 * {@link #PAGE_TABLES} into CR3.
 */
final class GuestKernel {
  static final int CODE = 0x10_0000;
  static final int PAGE_TABLES = 0x20_0000;

  /** Little RAM, so that machines are made quickly: 34 MiB. */
  static final long MEMORY_BYTES = 34L << 20;

  static final String HALT =
      """
      halt:
      fa                    cli
      f4                    hlt
      e9 >halt              jmp halt
      """;

  static final String POWER_OFF =
      """
      66 ba 04 06           mov dx, 0x604
      b0 01                 mov al, 1
      ee                    out dx, al
      """
          + HALT;

  static final String RESET =
      """
      b0 fe                 mov al, 0xfe
      e6 64                 out 0x64, al
      """
          + HALT;

  static final String SPIN =
      """
      spin:
      e9 >spin              jmp spin
      """;

  /** Writes "hi\\n" to the 16550. */
  static final String HELLO =
      """
      66 ba f8 03           mov dx, 0x3f8
      b0 68                 mov al, 'h'
      ee                    out dx, al
      b0 69                 mov al, 'i'
      ee                    out dx, al
      b0 0a                 mov al, 10
      ee                    out dx, al
      """;

  static final String LOAD_PAGE_TABLES =
      """
      b8 00 00 20 00        mov eax, PAGE_TABLES
      0f 22 d8              mov cr3, rax
      """;

  private static final int PAGE_BYTES = 4096;
  private static final int GIBS = 8;
  private static final long PRESENT_WRITABLE = 3;
  private static final long LARGE_PAGE = 0x80;

  private GuestKernel() {}

  /** Writes the kernel file and starts a spec for it. */
  static MachineSpec.Builder spec(Path directory, String listing) {
    byte[] code = GuestCode.assemble(listing);
    byte[] tables = pageTables();
    byte[] elf =
        new ElfBuilder()
            .entry(CODE)
            .load(CODE, code, code.length)
            .load(PAGE_TABLES, tables, tables.length)
            .build();
    try {
      Path file = Files.createTempFile(directory, "kernel", ".elf");
      Files.write(file, elf);
      return MachineSpec.builder(file).memoryBytes(MEMORY_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] pageTables() {
    ByteBuffer tables = ByteBuffer.allocate((2 + GIBS) * PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    tables.putLong(0, (PAGE_TABLES + PAGE_BYTES) | PRESENT_WRITABLE);
    for (int gib = 0; gib < GIBS; gib++) {
      int directory = (2 + gib) * PAGE_BYTES;
      tables.putLong(PAGE_BYTES + gib * Long.BYTES, (PAGE_TABLES + directory) | PRESENT_WRITABLE);
      for (int i = 0; i < PAGE_BYTES / Long.BYTES; i++) {
        long page = ((long) gib << 30) + ((long) i << 21);
        tables.putLong(directory + i * Long.BYTES, page | PRESENT_WRITABLE | LARGE_PAGE);
      }
    }
    return tables.array();
  }
}
