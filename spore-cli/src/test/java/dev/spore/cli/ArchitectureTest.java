package dev.spore.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;

/** The arrows between the modules point down only, and native access stays in one place. */
@AnalyzeClasses(packages = "dev.spore", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest
  static final ArchRule arrowsPointDown =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("cli")
          .definedBy("dev.spore.cli..")
          .layer("vmm")
          .definedBy("dev.spore.vmm..")
          .layer("virtio")
          .definedBy("dev.spore.virtio..")
          .layer("format")
          .definedBy("dev.spore.format..")
          .layer("cas")
          .definedBy("dev.spore.cas..")
          .layer("kvm")
          .definedBy("dev.spore.kvm..")
          .layer("micro")
          .definedBy("dev.spore.micro..")
          .layer("plugin")
          .definedBy(
              resideInAPackage("dev.spore.plugin..")
                  .and(DescribedPredicate.not(resideInAPackage("dev.spore.plugin.guest.."))))
          .layer("plugin guest")
          .definedBy("dev.spore.plugin.guest..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("vmm")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("plugin")
          .mayOnlyBeAccessedByLayers("plugin guest", "cli")
          .whereLayer("plugin guest")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("micro")
          .mayOnlyBeAccessedByLayers("plugin guest")
          .whereLayer("virtio")
          .mayOnlyBeAccessedByLayers("vmm")
          .whereLayer("kvm")
          .mayOnlyBeAccessedByLayers("cas", "vmm", "micro", "plugin guest", "cli")
          .whereLayer("format")
          .mayOnlyBeAccessedByLayers("virtio", "vmm", "cli")
          .whereLayer("cas")
          .mayOnlyBeAccessedByLayers("format", "vmm", "cli");

  @ArchTest
  static final ArchRule onlyDoctorLooksAtKvmFromTheCommandLine =
      noClasses()
          .that()
          .resideInAPackage("dev.spore.cli..")
          .and()
          .doNotHaveSimpleName("Doctor")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.spore.kvm..")
                  .and(
                      DescribedPredicate.describe(
                          "are not the terminal",
                          type -> !type.getName().startsWith("dev.spore.kvm.Terminal"))));

  @ArchTest
  static final ArchRule onlyTheBindingCallsNativeCode =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.spore.kvm..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.Linker")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
          .orShould()
          .callMethodWhere(JavaCall.Predicates.target(name("reinterpret")));

  @ArchTest
  static final ArchRule onlyTheCommandLineTouchesStandardStreams =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.spore.cli..")
          .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);
}
