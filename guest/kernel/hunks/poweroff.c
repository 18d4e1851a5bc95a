/*
 * spore_poweroff=PORT: without ACPI no kernel knows how to switch this board off, and
 * reboot(RB_POWER_OFF) would only halt. A byte written to PORT is the board's power switch.
 */
static u16 spore_poweroff_port __ro_after_init;

static void spore_power_off(void)
{
	outb(0, spore_poweroff_port);
}

static int __init spore_poweroff_setup(char *port)
{
	int error = kstrtou16(port ? port : "", 0, &spore_poweroff_port);

	if (!error)
		pm_power_off = spore_power_off;
	return error;
}
early_param("spore_poweroff", spore_poweroff_setup);

