package dev.spore.vmm.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The offsets written are those of the kernel's own header, as the C compiler sees it. */
final class BootParamsOracleTest {
  @TempDir Path dir;

  @Test
  void offsetsAreThoseOfTheKernelHeader() throws IOException, InterruptedException {
    assertThat(compileAndRun(program())).containsExactlyEntriesOf(expected());
  }

  private static Map<String, Integer> expected() {
    Map<String, Integer> offsets = new LinkedHashMap<>();
    offsets.put("offsetof(struct boot_params, e820_entries)", BootParams.E820_ENTRIES);
    offsets.put("offsetof(struct boot_params, hdr.setup_sects)", BzImage.SETUP_SECTS);
    offsets.put("offsetof(struct boot_params, hdr.syssize)", BzImage.SYSSIZE);
    offsets.put("offsetof(struct boot_params, hdr.boot_flag)", BootParams.BOOT_FLAG);
    offsets.put("offsetof(struct boot_params, hdr.header)", BootParams.HEADER);
    offsets.put("offsetof(struct boot_params, hdr.version)", BootParams.VERSION);
    offsets.put("offsetof(struct boot_params, hdr.type_of_loader)", BootParams.TYPE_OF_LOADER);
    offsets.put("offsetof(struct boot_params, hdr.loadflags)", BootParams.LOADFLAGS);
    offsets.put("offsetof(struct boot_params, hdr.ramdisk_image)", BootParams.RAMDISK_IMAGE);
    offsets.put("offsetof(struct boot_params, hdr.ramdisk_size)", BootParams.RAMDISK_SIZE);
    offsets.put("offsetof(struct boot_params, hdr.cmd_line_ptr)", BootParams.CMD_LINE_PTR);
    offsets.put("offsetof(struct boot_params, hdr.initrd_addr_max)", BootParams.INITRD_ADDR_MAX);
    offsets.put("offsetof(struct boot_params, hdr.kernel_alignment)", BootParams.KERNEL_ALIGNMENT);
    offsets.put("offsetof(struct boot_params, hdr.cmdline_size)", BootParams.CMDLINE_SIZE);
    offsets.put("offsetof(struct boot_params, hdr.payload_offset)", BzImage.PAYLOAD_OFFSET);
    offsets.put("offsetof(struct boot_params, hdr.payload_length)", BzImage.PAYLOAD_LENGTH);
    offsets.put("offsetof(struct boot_params, hdr.setup_data)", BootParams.SETUP_DATA);
    offsets.put("offsetof(struct boot_params, e820_table)", BootParams.E820_TABLE);
    offsets.put("sizeof(struct boot_e820_entry)", BootParams.E820_ENTRY_BYTES);
    offsets.put("offsetof(struct setup_data, type)", BootParams.SETUP_DATA_TYPE);
    offsets.put("offsetof(struct setup_data, len)", BootParams.SETUP_DATA_LENGTH);
    offsets.put("offsetof(struct setup_data, data)", BootParams.SETUP_DATA_BYTES);
    offsets.put("sizeof(struct boot_params)", 4096);
    offsets.put("SETUP_RNG_SEED", 9);
    offsets.put("sizeof(Elf64_Ehdr)", ElfImage.HEADER_BYTES);
    offsets.put("sizeof(Elf64_Phdr)", ElfImage.PROGRAM_HEADER_BYTES);
    offsets.put("sizeof(Elf64_Shdr)", ElfImage.SECTION_HEADER_BYTES);
    return offsets;
  }

  private static String program() {
    StringJoiner lines = new StringJoiner("\n", "", "\nreturn 0; }\n");
    for (String header : List.of("asm/bootparam.h", "elf.h", "stddef.h", "stdio.h")) {
      lines.add("#include <%s>".formatted(header));
    }
    lines.add("int main(void) {");
    for (String expression : expected().keySet()) {
      lines.add("printf(\"%%s=%%d\\n\", \"%s\", (int)(%s));".formatted(expression, expression));
    }
    return lines.toString();
  }

  private Map<String, Integer> compileAndRun(String program)
      throws IOException, InterruptedException {
    Path source = Files.writeString(dir.resolve("offsets.c"), program);
    Path binary = dir.resolve("offsets");
    run(List.of("gcc", "-Wall", "-Werror", "-o", binary.toString(), source.toString()));
    Map<String, Integer> offsets = new LinkedHashMap<>();
    for (String line : run(List.of(binary.toString())).lines().toList()) {
      int equals = line.lastIndexOf('=');
      offsets.put(line.substring(0, equals), Integer.valueOf(line.substring(equals + 1)));
    }
    return offsets;
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    return output;
  }
}
