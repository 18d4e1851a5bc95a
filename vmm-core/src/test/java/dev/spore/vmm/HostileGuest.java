package dev.spore.vmm;

import java.util.Locale;

/**
 * A guest that attacks its board for ever: random values to random registers, windows and ports of
 * every width, rings set up by the book and then filled with rubbish.
 *
 * <p>Two processors run the same loop when there are two: RBX is the state of each one's generator
 * (xorshift64), RDI the address attacked. Device {@code n}, of the first four, has its queues in
 * the 128 KiB from 4 MiB + n * 128 KiB, 32 KiB each: descriptors, then at 0x1000 the available and
 * at 0x2000 the used ring, buffers from 0x4000. The ports that reset or switch off are left alone.
 */
final class HostileGuest {
  /** Where a second processor wakes up, in real mode: vector 1, page 0x1000. */
  private static final String WAKE_SECOND =
      """
      be >>trampoline       mov esi, trampoline
      bf 00 10 00 00        mov edi, 0x1000
      b9 80 00 00 00        mov ecx, 128
      f3 a4                 rep movsb
      bf 00 00 e0 fe        mov edi, local APIC
      c7 87 f0 00 00 00 ff 01 00 00  mov [rdi+0xf0], software enable
      c7 87 00 03 00 00 00 45 0c 00  mov [rdi+0x300], INIT to the others
      c7 87 00 03 00 00 01 46 0c 00  mov [rdi+0x300], SIPI 1 to the others
      """;

  private static final String DISPATCH =
      """
      loop:
      e8 >rand              call rand
      83 e0 0f              and eax, 15
      0f 84 >setup          jz
      83 f8 01              cmp eax, 1
      0f 84 >fill           je
      83 f8 02              cmp eax, 2
      0f 84 >fill           je
      83 f8 03              cmp eax, 3
      0f 84 >notify         je
      83 f8 04              cmp eax, 4
      0f 84 >notify         je
      83 f8 05              cmp eax, 5
      0f 84 >register       je
      83 f8 06              cmp eax, 6
      0f 84 >scribble       je
      83 f8 07              cmp eax, 7
      0f 84 >write1         je
      83 f8 08              cmp eax, 8
      0f 84 >write2         je
      83 f8 09              cmp eax, 9
      0f 84 >write8         je
      83 f8 0a              cmp eax, 10
      0f 84 >read           je
      83 f8 0b              cmp eax, 11
      0f 84 >in             je
      83 f8 0c              cmp eax, 12
      0f 84 >out            je
      83 f8 0d              cmp eax, 13
      0f 84 >outs           je
      83 f8 0e              cmp eax, 14
      0f 84 >ins            je
      e9 >serial            jmp
      """;

  private static final String SUBROUTINES =
      """
      rand:
      48 89 d8              mov rax, rbx
      48 c1 e0 0d           shl rax, 13
      48 31 c3              xor rbx, rax
      48 89 d8              mov rax, rbx
      48 c1 e8 07           shr rax, 7
      48 31 c3              xor rbx, rax
      48 89 d8              mov rax, rbx
      48 c1 e0 11           shl rax, 17
      48 31 c3              xor rbx, rax
      48 89 d8              mov rax, rbx
      48 c1 e8 10           shr rax, 16: the low bits are the weakest
      c3                    ret

      wild:
      e8 >rand              call rand
      25 ff 1f 00 00        and eax, 0x1fff: all windows and as much beyond
      bf 00 00 00 d0        mov edi, first window
      48 01 c7              add rdi, rax
      e9 >rand              jmp rand

      device:
      e8 >rand              call rand
      25 00 06 00 00        and eax, 0x600: one of four
      bf 00 00 00 d0        mov edi, first window
      48 01 c7              add rdi, rax
      c1 e0 08              shl eax, 8
      05 00 00 40 00        add eax, 4 MiB
      89 c6                 mov esi, eax: its queues
      c3                    ret

      queue:
      e8 >device            call device
      e8 >rand              call rand
      25 00 80 00 00        and eax, 0x8000: one of two
      01 c6                 add esi, eax
      c3                    ret

      port:
      e8 >rand              call rand
      0f b7 d0              movzx edx, ax
      8d 42 03              lea eax, [rdx+3]
      83 e0 f8              and eax, -8
      83 f8 60              cmp eax, 0x60: 0x5d to 0x64
      0f 84 >port           je port
      3d 00 06 00 00        cmp eax, 0x600: 0x5fd to 0x604
      0f 84 >port           je port
      c3                    ret
      """;

  private static final String REGISTERS =
      """
      register:
      e8 >wild              call wild
      83 e7 fc              and edi, -4
      89 07                 mov [rdi], eax
      e9 >loop              jmp loop
      write1:
      e8 >wild              call wild
      88 07                 mov [rdi], al
      e9 >loop              jmp loop
      write2:
      e8 >wild              call wild
      66 89 07              mov [rdi], ax
      e9 >loop              jmp loop
      write8:
      e8 >wild              call wild
      48 89 07              mov [rdi], rax
      e9 >loop              jmp loop
      read:
      e8 >wild              call wild
      8a 07                 mov al, [rdi]
      66 8b 07              mov ax, [rdi]
      48 8b 07              mov rax, [rdi]
      83 e7 fc              and edi, -4
      8b 07                 mov eax, [rdi]
      e9 >loop              jmp loop
      """;

  private static final String PORTS =
      """
      in:
      e8 >port              call port
      ec                    in al, dx
      66 ed                 in ax, dx
      ed                    in eax, dx
      e9 >loop              jmp loop
      out:
      e8 >port              call port
      89 d8                 mov eax, ebx
      ee                    out dx, al
      66 ef                 out dx, ax
      ef                    out dx, eax
      e9 >loop              jmp loop
      outs:
      e8 >port              call port
      be 00 00 41 00        mov esi, 0x410000
      b9 0d 00 00 00        mov ecx, 13
      f3 6e                 rep outsb
      b9 03 00 00 00        mov ecx, 3
      f3 6f                 rep outsd
      e9 >loop              jmp loop
      ins:
      e8 >port              call port
      bf 00 00 48 00        mov edi, 0x480000
      b9 0d 00 00 00        mov ecx, 13
      f3 6c                 rep insb
      b9 03 00 00 00        mov ecx, 3
      66 f3 6d              rep insw
      e9 >loop              jmp loop
      serial:
      e8 >rand              call rand
      83 e0 07              and eax, 7
      8d 90 f8 03 00 00     lea edx, [rax+0x3f8]
      89 d8                 mov eax, ebx
      ee                    out dx, al
      ec                    in al, dx
      e9 >loop              jmp loop
      """;

  /** Virtio 1.2 §3.1.1 as a good driver does it, with every feature accepted. */
  private static final String SETUP =
      """
      setup:
      e8 >device            call device
      c7 47 70 00 00 00 00  mov [rdi+Status], 0
      c7 47 70 01 00 00 00  mov [rdi+Status], ACKNOWLEDGE
      c7 47 70 03 00 00 00  mov [rdi+Status], DRIVER
      c7 47 14 00 00 00 00  mov [rdi+DeviceFeaturesSel], 0
      c7 47 24 00 00 00 00  mov [rdi+DriverFeaturesSel], 0
      8b 47 10              mov eax, [rdi+DeviceFeatures]
      89 47 20              mov [rdi+DriverFeatures], eax
      c7 47 14 01 00 00 00  mov [rdi+DeviceFeaturesSel], 1
      c7 47 24 01 00 00 00  mov [rdi+DriverFeaturesSel], 1
      8b 47 10              mov eax, [rdi+DeviceFeatures]
      89 47 20              mov [rdi+DriverFeatures], eax
      c7 47 70 0b 00 00 00  mov [rdi+Status], FEATURES_OK
      31 c9                 xor ecx, ecx
      next:
      89 4f 30              mov [rdi+QueueSel], ecx
      c7 47 38 08 00 00 00  mov [rdi+QueueNum], 8
      89 b7 80 00 00 00     mov [rdi+QueueDescLow], esi
      c7 87 84 00 00 00 00 00 00 00  mov [rdi+QueueDescHigh], 0
      8d 86 00 10 00 00     lea eax, [rsi+0x1000]
      89 87 90 00 00 00     mov [rdi+QueueDriverLow], eax
      c7 87 94 00 00 00 00 00 00 00  mov [rdi+QueueDriverHigh], 0
      8d 86 00 20 00 00     lea eax, [rsi+0x2000]
      89 87 a0 00 00 00     mov [rdi+QueueDeviceLow], eax
      c7 87 a4 00 00 00 00 00 00 00  mov [rdi+QueueDeviceHigh], 0
      66 c7 86 02 10 00 00 00 00  mov word [rsi+0x1002], 0: nothing available
      c7 47 44 01 00 00 00  mov [rdi+QueueReady], 1
      81 c6 00 80 00 00     add esi, 0x8000
      ff c1                 inc ecx
      83 f9 02              cmp ecx, 2
      0f 85 >next           jne next
      c7 47 70 0f 00 00 00  mov [rdi+Status], DRIVER_OK
      e9 >loop              jmp loop
      """;

  /**
   * Eight descriptors, most of them well formed, headers a disk would serve, two more available.
   */
  private static final String FILL =
      """
      fill:
      e8 >queue             call queue
      89 f5                 mov ebp, esi
      41 bc 08 00 00 00     mov r12d, 8
      descriptor:
      e8 >rand              call rand
      25 f0 3f 00 00        and eax, 0x3ff0
      05 00 40 00 00        add eax, 0x4000
      01 f0                 add eax, esi
      49 89 c0              mov r8, rax
      48 89 45 00           mov [rbp], rax: address
      e8 >rand              call rand
      25 11 06 00 00        and eax, 0x611
      89 45 08              mov [rbp+8], eax: length of header, sectors, status in some mixture
      e8 >rand              call rand
      25 03 00 07 00        and eax, 0x70003: any next, NEXT, WRITE
      89 45 0c              mov [rbp+12], eax
      e8 >rand              call rand
      83 e0 0d              and eax, 13: request type, half of them known
      49 89 00              mov [r8], rax
      e8 >rand              call rand
      83 e0 3f              and eax, 63: sector
      49 89 40 08           mov [r8+8], rax
      83 c5 10              add ebp, 16
      41 ff cc              dec r12d
      0f 85 >descriptor     jne descriptor
      e8 >rand              call rand
      25 07 00 07 00        and eax, 0x70007
      89 86 04 10 00 00     mov [rsi+0x1004], eax: two heads
      89 86 08 10 00 00     mov [rsi+0x1008], eax
      89 86 0c 10 00 00     mov [rsi+0x100c], eax
      89 86 10 10 00 00     mov [rsi+0x1010], eax
      66 ff 86 02 10 00 00  inc word [rsi+0x1002]: one more available
      c7 47 50 00 00 00 00  mov [rdi+QueueNotify], 0
      c7 47 50 01 00 00 00  mov [rdi+QueueNotify], 1
      e9 >loop              jmp loop

      notify:
      e8 >device            call device
      e8 >rand              call rand
      83 e0 03              and eax, 3
      89 47 50              mov [rdi+QueueNotify], eax
      8b 47 60              mov eax, [rdi+InterruptStatus]
      89 47 64              mov [rdi+InterruptACK], eax
      e9 >loop              jmp loop

      scribble:
      e8 >queue             call queue
      e8 >rand              call rand
      25 1f 30 00 00        and eax, 0x301f: the start of a ring
      01 c6                 add esi, eax
      e8 >rand              call rand
      89 06                 mov [rsi], eax
      e9 >loop              jmp loop
      """;

  /** Real mode to long mode at once (Intel SDM 3A §10.8.5), on the first processor's tables. */
  private static final String TRAMPOLINE =
      """
      trampoline:
      fa                    cli
      31 c0                 xor ax, ax
      8e d8                 mov ds, ax
      0f 01 16 40 10        lgdt [0x1040]
      66 b8 20 00 00 00     mov eax, PAE
      0f 22 e0              mov cr4, eax
      66 b8 00 00 20 00     mov eax, PAGE_TABLES
      0f 22 d8              mov cr3, eax
      66 b9 80 00 00 c0     mov ecx, EFER
      66 b8 00 01 00 00     mov eax, LME
      66 31 d2              xor edx, edx
      0f 30                 wrmsr
      66 b8 11 00 00 80     mov eax, PG, ET, PE
      0f 22 c0              mov cr0, eax
      66 ea >>second 10 00  jmp 0x10:second
      00 00                 up to 0x40
      descriptors:
      1f 00 00 05 00 00     limit and base of the boot GDT
      """;

  private HostileGuest() {}

  /** The whole program; {@code seed} is any number but 0. */
  static String listing(long seed) {
    return GuestKernel.LOAD_PAGE_TABLES
        + WAKE_SECOND
        + start(seed)
        + "e9 >loop  jmp loop\nsecond:\n"
        + "bc 00 60 00 00  mov esp, 0x6000\n"
        + start(Long.rotateLeft(seed, 32) ^ 0x9e37_79b9_7f4a_7c15L)
        + DISPATCH
        + SUBROUTINES
        + REGISTERS
        + PORTS
        + SETUP
        + FILL
        + TRAMPOLINE;
  }

  private static String start(long seed) {
    StringBuilder bytes = new StringBuilder("48 bb");
    for (int i = 0; i < Long.BYTES; i++) {
      bytes.append(String.format(Locale.ROOT, " %02x", (int) (seed >>> (8 * i)) & 0xff));
    }
    return bytes + "  mov rbx, seed\n";
  }
}
