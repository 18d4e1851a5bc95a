/* Memory of the initrd and of start-up code is freed as it is: filling it first finds no bug here. */
#undef POISON_FREE_INITMEM
#define POISON_FREE_INITMEM (-1)

