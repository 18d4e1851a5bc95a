package dev.spore.kvm;

/** Changes some registers of a {@link Sregs}; not thread-safe. */
public final class SregsBuilder {
  private Segment cs;
  private Segment ds;
  private Segment es;
  private Segment fs;
  private Segment gs;
  private Segment ss;
  private Segment tr;
  private Segment ldt;
  private DescriptorTable gdt;
  private DescriptorTable idt;
  private long cr0;
  private long cr2;
  private long cr3;
  private long cr4;
  private long cr8;
  private long efer;
  private long apicBase;
  private int pendingInterrupt;

  SregsBuilder(Sregs from) {
    cs = from.cs();
    ds = from.ds();
    es = from.es();
    fs = from.fs();
    gs = from.gs();
    ss = from.ss();
    tr = from.tr();
    ldt = from.ldt();
    gdt = from.gdt();
    idt = from.idt();
    cr0 = from.cr0();
    cr2 = from.cr2();
    cr3 = from.cr3();
    cr4 = from.cr4();
    cr8 = from.cr8();
    efer = from.efer();
    apicBase = from.apicBase();
    pendingInterrupt = from.pendingInterrupt();
  }

  public SregsBuilder cs(Segment value) {
    cs = value;
    return this;
  }

  public SregsBuilder ds(Segment value) {
    ds = value;
    return this;
  }

  public SregsBuilder es(Segment value) {
    es = value;
    return this;
  }

  public SregsBuilder fs(Segment value) {
    fs = value;
    return this;
  }

  public SregsBuilder gs(Segment value) {
    gs = value;
    return this;
  }

  public SregsBuilder ss(Segment value) {
    ss = value;
    return this;
  }

  public SregsBuilder tr(Segment value) {
    tr = value;
    return this;
  }

  public SregsBuilder ldt(Segment value) {
    ldt = value;
    return this;
  }

  public SregsBuilder gdt(DescriptorTable value) {
    gdt = value;
    return this;
  }

  public SregsBuilder idt(DescriptorTable value) {
    idt = value;
    return this;
  }

  public SregsBuilder cr0(long value) {
    cr0 = value;
    return this;
  }

  public SregsBuilder cr2(long value) {
    cr2 = value;
    return this;
  }

  public SregsBuilder cr3(long value) {
    cr3 = value;
    return this;
  }

  public SregsBuilder cr4(long value) {
    cr4 = value;
    return this;
  }

  public SregsBuilder cr8(long value) {
    cr8 = value;
    return this;
  }

  public SregsBuilder efer(long value) {
    efer = value;
    return this;
  }

  public SregsBuilder apicBase(long value) {
    apicBase = value;
    return this;
  }

  public SregsBuilder pendingInterrupt(int value) {
    pendingInterrupt = value;
    return this;
  }

  public Sregs build() {
    return new Sregs(
        cs,
        ds,
        es,
        fs,
        gs,
        ss,
        tr,
        ldt,
        gdt,
        idt,
        cr0,
        cr2,
        cr3,
        cr4,
        cr8,
        efer,
        apicBase,
        pendingInterrupt);
  }
}
