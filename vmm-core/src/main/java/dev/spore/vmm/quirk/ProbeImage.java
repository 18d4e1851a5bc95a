package dev.spore.vmm.quirk;

import dev.spore.virtio.memory.GuestMemory;
import java.util.HexFormat;

/**
 * The tiny guest that finds quirks: 64 KiB, long mode, one pass from CPL 0 to CPL 3 and back.
 *
 * <p>It stores what it sees in a result page and ends with a write to {@link #DONE_PORT}.
 */
final class ProbeImage {
  static final int MEMORY_BYTES = 0x10000;
  static final int DONE_PORT = 0x10;

  static final long PML4 = 0x1000;
  private static final long PDPT = 0x2000;
  private static final long PD = 0x3000;
  private static final long PT = 0x4000;
  static final long GDT = 0x5000;
  static final int GDT_LIMIT = 0x3f;
  static final long TSS = 0x5100;
  static final int TSS_LIMIT = 0x67;
  static final long IDT = 0x6000;
  static final int IDT_LIMIT = 0xfff;
  static final long KERNEL_CODE = 0x7000;
  private static final long USER_CODE = 0x8000;
  private static final long RESULTS = 0x9000;
  static final long KERNEL_STACK_TOP = 0xb000;
  private static final long USER_STACK = 0xb000;
  static final long SYSCALL_ENTRY = 0xc000;
  private static final long PAGE_FAULT_ENTRY = 0xd000;
  private static final long OTHER_FAULT_ENTRY = 0xe000;

  static final int KERNEL_CODE_SELECTOR = 0x08;
  static final int KERNEL_DATA_SELECTOR = 0x10;
  static final int TSS_SELECTOR = 0x30;

  /** STAR: SYSCALL loads CS 0x08, SYSRET would load 0x28 and SS 0x20. */
  static final long STAR = 0x0018_0008_0000_0000L;

  private static final int VECTOR_PAGE_FAULT = 14;
  private static final long USER = 1 << 2;
  private static final long WRITABLE_PRESENT = 3;

  /** Reads its counter and CPUID leaf 1 at CPL 0, then drops to CPL 3. */
  private static final String KERNEL_PROGRAM =
      """
      bb 00 90 00 00        mov ebx, RESULTS
      9b                    fwait, which an interpreter may not know
      0f 31                 rdtsc
      89 03                 mov [rbx], eax
      89 53 04              mov [rbx+4], edx
      b8 01 00 00 00        mov eax, 1
      31 c9                 xor ecx, ecx
      53                    push rbx
      0f a2                 cpuid
      5b                    pop rbx
      89 4b 08              mov [rbx+8], ecx
      6a 23                 push user ss
      68 00 c0 00 00        push user rsp
      6a 02                 push rflags
      6a 2b                 push user cs
      68 00 80 00 00        push USER_CODE
      48 cf                 iretq
      """;

  /** Does the same at CPL 3, then makes a system call. */
  private static final String USER_PROGRAM =
      """
      bb 00 90 00 00        mov ebx, RESULTS
      0f 31                 rdtsc
      89 43 10              mov [rbx+0x10], eax
      89 53 14              mov [rbx+0x14], edx
      b8 01 00 00 00        mov eax, 1
      31 c9                 xor ecx, ecx
      53                    push rbx
      0f a2                 cpuid
      5b                    pop rbx
      89 4b 18              mov [rbx+0x18], ecx
      0f 05                 syscall
      0f 0b                 ud2
      """;

  private static final String SYSCALL_PROGRAM =
      """
      c7 04 25 1c 90 00 00 01 00 00 00   mov dword [RESULTS+0x1c], ARRIVED
      e6 10                              out DONE_PORT, al
      eb fe                              jmp $
      """;

  private static final String PAGE_FAULT_PROGRAM =
      """
      8b 04 24                           mov eax, [rsp]
      89 04 25 20 90 00 00               mov [RESULTS+0x20], eax
      0f 20 d0                           mov rax, cr2
      48 89 04 25 28 90 00 00            mov [RESULTS+0x28], rax
      c7 04 25 1c 90 00 00 02 00 00 00   mov dword [RESULTS+0x1c], PAGE_FAULTED
      e6 10                              out DONE_PORT, al
      eb fe                              jmp $
      """;

  private static final String OTHER_FAULT_PROGRAM =
      """
      c7 04 25 1c 90 00 00 03 00 00 00   mov dword [RESULTS+0x1c], OTHER_FAULT
      e6 10                              out DONE_PORT, al
      eb fe                              jmp $
      """;

  static final long SYSCALL_ARRIVED = 1;
  static final long PAGE_FAULTED = 2;

  /**
   * What the guest saw.
   *
   * @param outcome {@link #SYSCALL_ARRIVED}, {@link #PAGE_FAULTED} or another value for neither
   */
  record Results(
      long kernelTsc,
      long kernelFeatures,
      long userTsc,
      long userFeatures,
      long outcome,
      long faultCode,
      long faultAddress) {}

  private ProbeImage() {}

  /** Writes tables and programs to {@code memory}, which is all zero. */
  static void write(GuestMemory memory) {
    writePageTables(memory);
    writeDescriptors(memory);
    writeIdt(memory);
    writeProgram(memory, KERNEL_CODE, KERNEL_PROGRAM);
    writeProgram(memory, USER_CODE, USER_PROGRAM);
    writeProgram(memory, SYSCALL_ENTRY, SYSCALL_PROGRAM);
    writeProgram(memory, PAGE_FAULT_ENTRY, PAGE_FAULT_PROGRAM);
    writeProgram(memory, OTHER_FAULT_ENTRY, OTHER_FAULT_PROGRAM);
  }

  static Results read(GuestMemory memory) {
    return new Results(
        memory.u64(RESULTS),
        memory.u32(RESULTS + 8),
        memory.u64(RESULTS + 0x10),
        memory.u32(RESULTS + 0x18),
        memory.u32(RESULTS + 0x1c),
        memory.u32(RESULTS + 0x20),
        memory.u64(RESULTS + 0x28));
  }

  private static void writePageTables(GuestMemory memory) {
    memory.putU64(PML4, PDPT | USER | WRITABLE_PRESENT);
    memory.putU64(PDPT, PD | USER | WRITABLE_PRESENT);
    memory.putU64(PD, PT | USER | WRITABLE_PRESENT);
    for (long page = 0; page < MEMORY_BYTES; page += GuestMemory.PAGE_BYTES) {
      boolean user = page == USER_CODE || page == RESULTS || page == USER_STACK;
      memory.putU64(
          PT + page / GuestMemory.PAGE_BYTES * 8, page | (user ? USER : 0) | WRITABLE_PRESENT);
    }
  }

  private static void writeDescriptors(GuestMemory memory) {
    memory.putU64(GDT + KERNEL_CODE_SELECTOR, 0x00af_9b00_0000_ffffL);
    memory.putU64(GDT + KERNEL_DATA_SELECTOR, 0x00cf_9300_0000_ffffL);
    memory.putU64(GDT + 0x20, 0x00cf_f300_0000_ffffL);
    memory.putU64(GDT + 0x28, 0x00af_fb00_0000_ffffL);
    memory.putU64(GDT + TSS_SELECTOR, TSS_LIMIT | TSS << 16 | 0x8b00_0000_0000L);
    memory.putU64(TSS + 4, KERNEL_STACK_TOP);
  }

  private static void writeIdt(GuestMemory memory) {
    for (int vector = 0; vector < 32; vector++) {
      long handler = vector == VECTOR_PAGE_FAULT ? PAGE_FAULT_ENTRY : OTHER_FAULT_ENTRY;
      long gate = (handler & 0xffff) | (long) KERNEL_CODE_SELECTOR << 16 | 0x8e00_0000_0000L;
      memory.putU64(IDT + 16L * vector, gate | (handler >>> 16 & 0xffff) << 48);
    }
  }

  /** Each line of {@code listing} is bytes in hexadecimal, at least two blanks, and a comment. */
  private static void writeProgram(GuestMemory memory, long gpa, String listing) {
    long at = gpa;
    for (String line : listing.lines().toList()) {
      String hex = line.substring(0, line.indexOf("  ")).replace(" ", "");
      byte[] bytes = HexFormat.of().parseHex(hex);
      memory.write(at, bytes, 0, bytes.length);
      at += bytes.length;
    }
  }
}
