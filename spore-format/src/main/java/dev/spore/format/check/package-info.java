/** Range checks shared by the records of this module. Not exported. */
@NullMarked
package dev.spore.format.check;

import org.jspecify.annotations.NullMarked;
