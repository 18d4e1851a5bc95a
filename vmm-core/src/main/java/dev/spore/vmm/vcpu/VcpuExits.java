package dev.spore.vmm.vcpu;

import dev.spore.vmm.MachineExit;
import dev.spore.vmm.assist.InstructionAssists;
import dev.spore.vmm.board.MmioBus;
import dev.spore.vmm.board.PioBus;
import java.util.function.Consumer;

/**
 * Where a vCPU's exits go; one for all vCPUs of a machine.
 *
 * @param ended takes the reason that ends the machine; called on vCPU threads, the first call
 *     counts
 */
public record VcpuExits(
    PioBus ports, MmioBus mmio, InstructionAssists assists, Consumer<MachineExit> ended) {}
