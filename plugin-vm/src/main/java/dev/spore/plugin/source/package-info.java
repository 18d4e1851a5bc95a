/** What assembly text and the language share: lines, quoted text, signatures. Not exported. */
@NullMarked
package dev.spore.plugin.source;

import org.jspecify.annotations.NullMarked;
