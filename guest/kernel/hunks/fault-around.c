/*
 * spore_fault_around=PAGES: how many pages of a file a fault maps, if they are in memory. Mapping
 * and unmapping a page nobody touches is cheap on a processor and dear on an interpreter.
 */
static int __init spore_fault_around_setup(char *text)
{
	unsigned int pages;
	int error = kstrtouint(text ? text : "", 0, &pages);

	if (error)
		return error;
	if (!is_power_of_2(pages) || pages > PTRS_PER_PTE)
		return -EINVAL;
	fault_around_bytes = (unsigned long)pages << PAGE_SHIFT;
	return 0;
}
early_param("spore_fault_around", spore_fault_around_setup);

