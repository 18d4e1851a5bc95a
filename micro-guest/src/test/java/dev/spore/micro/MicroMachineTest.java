package dev.spore.micro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.micro.Region.Access;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What code at ring 3 can do and cannot. RDI is its data, RSI its doorbell.
 *
 * <p>Bytes of code that several tests use: 89 06 stores EAX to the doorbell, EB FE jumps to itself.
 */
@RequiresKvm
final class MicroMachineTest {
  private static final long CODE = 0x30000;
  private static final long CONSTANT = 0x40000;
  private static final long DATA = 0x200000;
  private static final long DATA_BYTES = 4L << 20;
  private static final AddressSpace SPACE =
      new AddressSpace(
          List.of(
              new Region(CODE, 0x1000, Access.READ_EXECUTE),
              new Region(CONSTANT, 0x1000, Access.READ),
              new Region(DATA, DATA_BYTES, Access.READ_WRITE)));

  private MicroPool pool;

  @BeforeEach
  void open() {
    pool = new MicroPool(Kvm.open(), 2);
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private static MicroImage image(String code) {
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    return new MicroImage(
        SPACE,
        List.of(new MicroImage.Part(CODE, bytes), new MicroImage.Part(CONSTANT, new byte[] {7})));
  }

  private static MicroExit run(MicroMachine machine, @Nullable Duration time) {
    machine.start(CODE, DATA + 0x1000, DATA, MicroLimits.DOORBELL, time);
    MicroExit exit = machine.run();
    machine.finish(exit);
    return exit;
  }

  private MicroExit run(String code) {
    return run(code, Duration.ofSeconds(20));
  }

  private MicroExit run(String code, Duration time) {
    MicroMachine machine = pool.take(image(code));
    MicroExit exit = run(machine, time);
    pool.give(machine);
    return exit;
  }

  @Test
  void ringsItsDoorbellAndGoesOn() {
    // mov eax,[rdi]; mov [rsi],eax; inc dword [rdi]; jmp start
    MicroMachine machine = pool.take(image("8b07 8906 ff07 ebf8"));
    machine.start(CODE, DATA + 0x1000, DATA, MicroLimits.DOORBELL, null);
    for (int i = 0; i < 5; i++) {
      assertThat(machine.run()).isEqualTo(new MicroExit.Doorbell(i));
      assertThat(machine.memory().u64(DATA)).isEqualTo(i);
    }
    machine.finish(new MicroExit.Doorbell(4));
    pool.give(machine);
    assertThat(pool.idle()).isEqualTo(1);
  }

  @Test
  void seesWhatItsHostWrote() {
    MicroMachine machine = pool.take(image("8b07 8906"));
    machine.memory().putU64(DATA, 42);
    assertThat(run(machine, null)).isEqualTo(new MicroExit.Doorbell(42));
    pool.give(machine);
  }

  @ParameterizedTest
  @CsvSource({
    "write code,           c605f9ffffff00, 14",
    "write constants,      c6042500000400 00, 14",
    "execute data,         c607 c3 ffe7, 14",
    "read page tables,     8a042500300000, 14",
    "read the stubs,       8a042500700000, 14",
    "read address 0,       8a042500000000, 14",
    "read behind the end,  8a042500006000, 14",
    "read high addresses,  48b80000000000800000 8a00, 13",
    "halt,                 f4, 13",
    "interrupts off,       fa, 13",
    "read a port,          e440, 13",
    "write a port,         e640, 13",
    "load CR3,             0f22d8, 13",
    "read an MSR,          0f32, 13",
    "load the IDT,         0f011f, 13",
    "undefined,            0f0b, 6",
    "divide by zero,       31c9 f7f1, 0"
  })
  void isStoppedAtWhatItMayNot(String what, String code, int vector) {
    MicroExit exit = run(code);
    assertThat(exit).as(what).isInstanceOf(MicroExit.Fault.class);
    assertThat(((MicroExit.Fault) exit).vector()).as(what).isEqualTo(vector);
    assertThat(pool.idle()).as("a machine after a fault is not used again").isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0f05", // syscall
        "0f34", // sysenter
        "cd80", // int 0x80
        "cd20",
        "cc", // int3
        "0f01c1", // vmcall
        "0f01d9", // vmmcall
        "8a06", // read the doorbell
        "8806", // store a byte to it
        "48890e", // store 8 bytes to it
        "894604", // store beside it
        "ea", // no instruction
        "48cf", // iretq from nothing
        "31e4 50", // push at the end of the address space
        "0fae27", // xsave
        "0f000f" // str, or undefined
      })
  void whateverElseItTriesEndsTheRunAlone(String code) {
    MicroExit exit = run(code + "ebfe", Duration.ofMillis(200));
    assertThat(exit).isNotInstanceOf(MicroExit.Doorbell.class);
    assertThat(run("8b07 8906")).isEqualTo(new MicroExit.Doorbell(0));
  }

  @Test
  void isStoppedInTime() {
    MicroMachine machine = pool.take(image("ebfe"));
    assertThat(run(machine, Duration.ofMillis(20))).isInstanceOf(MicroExit.Expired.class);
    pool.give(machine);
    assertThat(pool.idle()).isZero();
  }

  @Test
  void aDeadlineThatWasMetTouchesNoLaterRun() throws InterruptedException {
    MicroMachine machine = pool.take(image("8b07 8906"));
    assertThat(run(machine, Duration.ofMillis(200))).isEqualTo(new MicroExit.Doorbell(0));
    pool.give(machine);
    Thread.sleep(300);
    MicroMachine again = pool.take(image("8b07 8906"));
    assertThat(run(again, null)).isEqualTo(new MicroExit.Doorbell(0));
    pool.give(again);
  }

  @Test
  void nothingOfARunIsLeftForTheNext() {
    // Looks at memory, a register, XMM0 and MXCSR's rounding, then fills all of them.
    String code =
        "8b07 0b8700302000 09c8 660f7ec1 09c8 0fae9f00010000 338f00010000"
            + "8b8f00010000 81e100600000 09c8 8906"
            + "c707ffffffff c78700302000ffffffff 660f6f07 c78700010000807f0000 0fae9700010000"
            + "b9ffffffff 8906 ebfe";
    MicroImage image = image(code);
    MicroMachine first = pool.take(image);
    first.start(CODE, DATA + 0x1000, DATA, MicroLimits.DOORBELL, null);
    assertThat(first.run()).isEqualTo(new MicroExit.Doorbell(0));
    MicroExit last = first.run();
    assertThat(last).isInstanceOf(MicroExit.Doorbell.class);
    first.memory().putU64(DATA + 0x2000, -1);
    first.finish(last);
    pool.give(first);

    MicroMachine second = pool.take(image);
    assertThat(second).isSameAs(first);
    assertThat(second.memory().u64(DATA + 0x2000)).isZero();
    assertThat(second.memory().u64(DATA + 0x3000)).isZero();
    assertThat(run(second, null)).isEqualTo(new MicroExit.Doorbell(0));
    pool.give(second);
  }

  @Test
  void anotherImageReplacesAllOfTheFirst() {
    MicroMachine machine = pool.take(image("8b07 8906" + "90".repeat(100)));
    run(machine, null);
    pool.give(machine);
    MicroMachine again = pool.take(image("8b04250000040089 06"));
    assertThat(again).isSameAs(machine);
    assertThat(again.memory().bytes(CODE + 9, 91)).containsOnly(0);
    assertThat(run(again, null)).isEqualTo(new MicroExit.Doorbell(7));
    pool.give(again);
  }

  @Test
  void aMachineThatWroteTooMuchIsNotKept() {
    // rep stosb over all of the data
    MicroMachine machine = pool.take(image("b9 00004000 f3aa 8906"));
    assertThat(run(machine, null)).isInstanceOf(MicroExit.Doorbell.class);
    pool.give(machine);
    assertThat(pool.idle()).isEqualTo(DATA_BYTES / 4096 > MicroLimits.RESET_PAGES_MAX ? 0 : 1);
  }

  @Test
  void idleMachinesAreLimited() {
    List<MicroMachine> machines =
        List.of(pool.take(image("8906")), pool.take(image("8906")), pool.take(image("8906")));
    for (MicroMachine machine : machines) {
      run(machine, null);
      pool.give(machine);
    }
    assertThat(pool.idle()).isEqualTo(2);
    pool.close();
    assertThat(pool.idle()).isZero();
  }
}
