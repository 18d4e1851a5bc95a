package dev.spore.vmm.assist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.testing.FakeCpu;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstructionAssistsTest {
  private static final long PAGES = 0x10_0000;
  private static final long DATA = 0x8000;
  private static final long READ_ONLY = 0x9000;
  private static final long UNMAPPED = 0xa000;
  private static final int AVX_OFFSET = 576;

  private final GuestMemory memory =
      GuestMemory.ofSingle(Arena.ofAuto().allocate(PAGES, GuestMemory.PAGE_BYTES));
  private final FakeCpu cpu = new FakeCpu();
  private final XsaveLayout layout =
      XsaveLayout.of(Stream.of(new XsaveLayout.Component(2, AVX_OFFSET, 256, false)));
  private final InstructionAssists assists = new InstructionAssists(memory, layout, true);

  @BeforeEach
  void identityMapWithOneReadOnlyAndOneMissingPage() {
    cpu.cr3 = 0x1000;
    memory.putU64(0x1000, 0x2000 | 3);
    memory.putU64(0x2000, 0x3000 | 3);
    memory.putU64(0x3000, 0x4000 | 3);
    for (long page = 0; page < PAGES; page += 4096) {
      long flags = page == READ_ONLY ? 1 : page == UNMAPPED ? 0 : 3;
      memory.putU64(0x4000 + page / 4096 * 8, page | flags);
    }
    cpu.rip = 0x5000;
  }

  private boolean complete(String hex) {
    byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
    return assists.complete(cpu, code, code.length);
  }

  @Test
  void breakpointPointsBehindItselfAndRaisesBp() {
    assertThat(complete("cc")).isTrue();
    assertThat(cpu.rip).isEqualTo(0x5001);
    assertThat(cpu.injected).containsExactly("#3");
    assertThat(assists.counts()).containsEntry(Assist.BREAKPOINT, 1L);
  }

  @Test
  void accessCheckFlagFollowsStacAndClac() {
    assertThat(complete("0f 01 cb")).isTrue();
    assertThat(cpu.rflags & 1 << 18).isNotZero();
    assertThat(complete("0f 01 ca")).isTrue();
    assertThat(cpu.rflags & 1 << 18).isZero();
    assertThat(cpu.rip).isEqualTo(0x5006);
  }

  @Test
  void popcntCountsAtEveryOperandWidth() {
    cpu.gprs[1] = 0xffff_ffff_ffff_fff0L;
    cpu.gprs[0] = -1;
    assertThat(complete("f3 48 0f b8 c1")).isTrue();
    assertThat(cpu.gprs[0]).isEqualTo(60);
    cpu.gprs[0] = -1;
    assertThat(complete("f3 0f b8 c1")).isTrue();
    assertThat(cpu.gprs[0]).isEqualTo(28);
    cpu.gprs[0] = -1;
    assertThat(complete("66 f3 0f b8 c1")).isTrue();
    assertThat(cpu.gprs[0]).isEqualTo(0xffff_ffff_ffff_000cL);
  }

  @Test
  void popcntOfZeroSetsOnlyTheZeroFlag() {
    cpu.rflags = 0x8d7;
    assertThat(complete("f3 0f b8 c1")).isTrue();
    assertThat(cpu.rflags).isEqualTo(0x42);
  }

  @Test
  void popcntReadsMemoryThroughBaseIndexAndDisplacement() {
    memory.putU64(DATA + 0x30, 0xff);
    cpu.gprs[3] = DATA;
    cpu.gprs[9] = 4;
    // popcnt rdx, [rbx + r9*8 + 0x10]
    assertThat(complete("f3 4a 0f b8 54 cb 10")).isTrue();
    assertThat(cpu.gprs[2]).isEqualTo(8);
    assertThat(cpu.rip).isEqualTo(0x5007);
  }

  @Test
  void savedStateComesBackUnchanged() {
    for (int i = 0; i < AVX_OFFSET + 256; i++) {
      cpu.xsave[i] = (byte) (i * 7);
    }
    putU64(cpu.xsave, 512, 7);
    putU64(cpu.xsave, 520, 0);
    byte[] before = cpu.xsave.clone();
    cpu.gprs[0] = 7;
    cpu.gprs[3] = DATA;
    assertThat(complete("48 0f ae 23")).as("xsave64 [rbx]").isTrue();
    cpu.xsave = new byte[4096];
    assertThat(complete("48 0f ae 2b")).as("xrstor64 [rbx]").isTrue();
    assertThat(cpu.injected).isEmpty();
    assertThat(java.util.Arrays.copyOfRange(cpu.xsave, AVX_OFFSET, AVX_OFFSET + 256))
        .isEqualTo(java.util.Arrays.copyOfRange(before, AVX_OFFSET, AVX_OFFSET + 256));
    assertThat(java.util.Arrays.copyOf(cpu.xsave, 28))
        .isEqualTo(java.util.Arrays.copyOf(before, 28));
    assertThat(java.util.Arrays.copyOfRange(cpu.xsave, 32, 416))
        .isEqualTo(java.util.Arrays.copyOfRange(before, 32, 416));
  }

  @Test
  void compactedSaveComesBackUnchanged() {
    cpu.xsave[AVX_OFFSET + 3] = 77;
    putU64(cpu.xsave, 512, 4);
    cpu.gprs[0] = 7;
    cpu.gprs[3] = DATA;
    assertThat(complete("48 0f c7 23")).as("xsavec64 [rbx]").isTrue();
    assertThat(memory.u64(DATA + 520)).isEqualTo(0x8000_0000_0000_0007L);
    cpu.xsave = new byte[4096];
    assertThat(complete("48 0f ae 2b")).isTrue();
    assertThat(cpu.xsave[AVX_OFFSET + 3]).isEqualTo((byte) 77);
  }

  @Test
  void restoreOfAnAbsentComponentMakesItInitial() {
    cpu.xsave[AVX_OFFSET] = 1;
    cpu.xsave[160] = 1;
    cpu.gprs[0] = 7;
    cpu.gprs[3] = DATA;
    memory.putU32(DATA + 24, 0x1f80);
    assertThat(complete("48 0f ae 2b")).isTrue();
    assertThat(cpu.xsave[AVX_OFFSET]).isZero();
    assertThat(cpu.xsave[160]).isZero();
    assertThat(cpu.xsave[0]).isEqualTo((byte) 0x7f);
  }

  @Test
  void componentsNotAskedForStayAsTheyAre() {
    cpu.xsave[AVX_OFFSET] = 9;
    putU64(cpu.xsave, 512, 4);
    cpu.gprs[0] = 3;
    cpu.gprs[3] = DATA;
    assertThat(complete("48 0f ae 2b")).isTrue();
    assertThat(cpu.xsave[AVX_OFFSET]).isEqualTo((byte) 9);
  }

  @Test
  void saveToAnUnmappedPageRaisesPageFaultAndStays() {
    cpu.gprs[0] = 7;
    cpu.gprs[3] = UNMAPPED;
    assertThat(complete("48 0f ae 23")).isTrue();
    assertThat(cpu.injected).containsExactly("#PF@0xa000:2");
    assertThat(cpu.rip).isEqualTo(0x5000);
  }

  @Test
  void saveToAReadOnlyPageRaisesAProtectionFaultSoThatCopyOnWriteWorks() {
    cpu.gprs[0] = 7;
    cpu.gprs[3] = READ_ONLY;
    assertThat(complete("48 0f ae 23")).isTrue();
    assertThat(cpu.injected).containsExactly("#PF@0x9000:3");
  }

  @Test
  void saveThatCrossesIntoAnUnmappedPageWritesNothing() {
    cpu.gprs[0] = 7;
    cpu.gprs[3] = DATA - 64;
    memory.putU64(0x4000 + DATA / 4096 * 8, 0);
    assertThat(complete("48 0f ae 23")).isTrue();
    assertThat(cpu.injected).containsExactly("#PF@0x8000:2");
    assertThat(memory.u64(DATA - 64)).isZero();
  }

  @Test
  void misalignedAreaRaisesGp() {
    cpu.gprs[3] = DATA + 8;
    assertThat(complete("48 0f ae 23")).isTrue();
    assertThat(complete("48 0f ae 2b")).isTrue();
    assertThat(cpu.injected).containsExactly("#13:0", "#13:0");
  }

  @Test
  void restoreOfAnInvalidHeaderRaisesGp() {
    cpu.gprs[0] = 7;
    cpu.gprs[3] = DATA;
    memory.putU64(DATA + 512, 1L << 40);
    assertThat(complete("48 0f ae 2b")).isTrue();
    memory.putU64(DATA + 512, 0);
    memory.putU64(DATA + 528, 1);
    assertThat(complete("48 0f ae 2b")).isTrue();
    assertThat(cpu.injected).containsExactly("#13:0", "#13:0");
  }

  @Test
  void exchangeHappensOnlyWhenTheComparisonHolds() {
    cpu.gprs[6] = DATA;
    cpu.gprs[3] = 11;
    cpu.gprs[1] = 22;
    // lock cmpxchg16b [rsi]
    assertThat(complete("f0 48 0f c7 0e")).isTrue();
    assertThat(memory.u64(DATA)).isEqualTo(11);
    assertThat(memory.u64(DATA + 8)).isEqualTo(22);
    assertThat(cpu.rflags & 1 << 6).isNotZero();
    assertThat(complete("f0 48 0f c7 0e")).isTrue();
    assertThat(cpu.gprs[0]).isEqualTo(11);
    assertThat(cpu.gprs[2]).isEqualTo(22);
    assertThat(cpu.rflags & 1 << 6).isZero();
  }

  @Test
  void exchangeIsRefusedWhenItCouldNotBeAtomic() {
    InstructionAssists shared = new InstructionAssists(memory, layout, false);
    byte[] code = HexFormat.of().parseHex("f0480fc70e");
    assertThat(shared.complete(cpu, code, code.length)).isFalse();
  }

  @Test
  void whatIsNotInTheTableIsRefused() {
    assertThat(complete("0f 0b")).as("ud2").isFalse();
    assertThat(complete("90")).as("nop").isFalse();
    assertThat(complete("66 0f ae 33")).as("clwb, not xsaveopt").isFalse();
    assertThat(complete("0f ae e8")).as("lfence, not xrstor").isFalse();
    assertThat(complete("0f c7 f0")).as("rdrand").isFalse();
    assertThat(complete("0f")).as("cut short").isFalse();
    assertThat(complete("f3 f3 f3 f3 f3 f3 f3 f3 f3 f3 f3 f3 f3 f3 f3 cc"))
        .as("too long")
        .isFalse();
    assertThat(cpu.injected).isEmpty();
    assertThat(cpu.rip).isEqualTo(0x5000);
  }

  @Test
  void userCodeIsNeverAssisted() {
    cpu.cpl = 3;
    assertThat(complete("cc")).isFalse();
  }

  @Test
  void fetchStopsAtAnUnmappedPage() {
    cpu.rip = UNMAPPED - 2;
    assertThat(assists.fetch(cpu, new byte[15])).isEqualTo(2);
  }

  private static void putU64(byte[] bytes, int offset, long value) {
    for (int i = 0; i < 8; i++) {
      bytes[offset + i] = (byte) (value >>> (8 * i));
    }
  }
}
