	/*
	 * Without a clock chip every register reads as ones, "update in progress" among them, and
	 * the kernel would wait a second for that to end. In a chip these bits of D are zero.
	 */
	if ((CMOS_READ(RTC_VALID) & 0x7f) == 0x7f) {
		now->tv_sec = now->tv_nsec = 0;
		return;
	}

