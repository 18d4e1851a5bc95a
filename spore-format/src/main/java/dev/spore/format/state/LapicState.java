package dev.spore.format.state;

/**
 * Registers of a local APIC (Intel SDM volume 3 §11.4.1, table 11-1), each as the guest reads it,
 * 32 bits. Of the current count, the arbitration priority and the processor priority a host makes
 * its own values again.
 *
 * @param isr vectors in service
 * @param tmr vectors that were level-triggered
 * @param irr vectors requested
 * @param icrLow bits 0 to 31 of the interrupt command
 * @param icrHigh bits 32 to 63 of it
 * @param divide divide configuration of the timer
 */
public record LapicState(
    int id,
    int version,
    int taskPriority,
    int arbitrationPriority,
    int processorPriority,
    int logicalDestination,
    int destinationFormat,
    int spuriousVector,
    VectorSet isr,
    VectorSet tmr,
    VectorSet irr,
    int errorStatus,
    int lvtCmci,
    int icrLow,
    int icrHigh,
    int lvtTimer,
    int lvtThermal,
    int lvtPerformance,
    int lvtLint0,
    int lvtLint1,
    int lvtError,
    int initialCount,
    int currentCount,
    int divide) {}
