package dev.spore.kvm;

/** Numbers of userfaultfd(2). */
@CMacros(headers = {"sys/ioctl.h", "linux/userfaultfd.h"})
final class UserfaultIoctl {
  static final int UFFD_API = 0xaa;
  static final int USERFAULTFD_IOC_NEW = 0xaa00;
  static final long UFFDIO_API = 0xc018aa3fL;
  static final long UFFDIO_REGISTER = 0xc020aa00L;
  static final long UFFDIO_UNREGISTER = 0x8010aa01L;
  static final long UFFDIO_WAKE = 0x8010aa02L;
  static final long UFFDIO_COPY = 0xc028aa03L;
  static final long UFFDIO_ZEROPAGE = 0xc020aa04L;
  static final int UFFDIO_REGISTER_MODE_MISSING = 1;
  static final int UFFD_EVENT_PAGEFAULT = 0x12;

  private UserfaultIoctl() {}
}
