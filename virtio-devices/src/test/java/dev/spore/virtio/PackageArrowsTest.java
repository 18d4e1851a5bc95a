package dev.spore.virtio;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package of this module may know which. */
@AnalyzeClasses(packages = "dev.spore.virtio", importOptions = ImportOption.DoNotIncludeTests.class)
final class PackageArrowsTest {
  private static final String[] DEVICES = {
    "dev.spore.virtio.blk..",
    "dev.spore.virtio.console..",
    "dev.spore.virtio.rng..",
    "dev.spore.virtio.vsock.."
  };

  @ArchTest
  static final ArchRule memoryKnowsNothingElse =
      noClasses()
          .that()
          .resideInAPackage("dev.spore.virtio.memory..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.spore.virtio.queue..", "dev.spore.virtio.mmio..")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage(DEVICES);

  @ArchTest
  static final ArchRule theQueueKnowsNeitherTransportNorDevices =
      noClasses()
          .that()
          .resideInAPackage("dev.spore.virtio.queue..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.spore.virtio.mmio..")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage(DEVICES);

  @ArchTest
  static final ArchRule theTransportKnowsNoDevice =
      noClasses()
          .that()
          .resideInAPackage("dev.spore.virtio.mmio..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(DEVICES);

  @ArchTest
  static final ArchRule devicesKnowNoTransport =
      noClasses()
          .that()
          .resideInAnyPackage(DEVICES)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.spore.virtio.mmio..");
}
