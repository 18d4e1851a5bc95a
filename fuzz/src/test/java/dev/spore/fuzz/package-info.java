/** One Jazzer target per parser of hostile input; the corpora lie beside them as resources. */
@NullMarked
package dev.spore.fuzz;

import org.jspecify.annotations.NullMarked;
