package dev.spore.kvm;

/** Structures of userfaultfd(2). */
final class UserfaultLayout {
  @CStruct(header = "linux/userfaultfd.h", type = "struct uffdio_api")
  static final class Api {
    static final int SIZE = 24;

    @CField(bytes = 8)
    static final int API = 0;

    private Api() {}
  }

  @CStruct(header = "linux/userfaultfd.h", type = "struct uffdio_register")
  static final class Register {
    static final int SIZE = 32;

    @CField(value = "range.start", bytes = 8)
    static final int START = 0;

    @CField(value = "range.len", bytes = 8)
    static final int LENGTH = 8;

    @CField(bytes = 8)
    static final int MODE = 16;

    private Register() {}
  }

  @CStruct(header = "linux/userfaultfd.h", type = "struct uffdio_range")
  static final class Range {
    static final int SIZE = 16;

    @CField(bytes = 8)
    static final int START = 0;

    @CField(value = "len", bytes = 8)
    static final int LENGTH = 8;

    private Range() {}
  }

  @CStruct(header = "linux/userfaultfd.h", type = "struct uffdio_copy")
  static final class Copy {
    static final int SIZE = 40;

    @CField(value = "dst", bytes = 8)
    static final int TARGET = 0;

    @CField(value = "src", bytes = 8)
    static final int SOURCE = 8;

    @CField(value = "len", bytes = 8)
    static final int LENGTH = 16;

    @CField(value = "copy", bytes = 8)
    static final int DONE = 32;

    private Copy() {}
  }

  @CStruct(header = "linux/userfaultfd.h", type = "struct uffdio_zeropage")
  static final class ZeroPage {
    static final int SIZE = 32;

    @CField(value = "range.start", bytes = 8)
    static final int START = 0;

    @CField(value = "range.len", bytes = 8)
    static final int LENGTH = 8;

    @CField(value = "zeropage", bytes = 8)
    static final int DONE = 24;

    private ZeroPage() {}
  }

  @CStruct(header = "linux/userfaultfd.h", type = "struct uffd_msg")
  static final class Message {
    static final int SIZE = 32;

    @CField(bytes = 1)
    static final int EVENT = 0;

    @CField(value = "arg.pagefault.address", bytes = 8)
    static final int ADDRESS = 16;

    private Message() {}
  }

  private UserfaultLayout() {}
}
