	if (spore_handle_syscall_fault(regs, error_code, address))
		return;

