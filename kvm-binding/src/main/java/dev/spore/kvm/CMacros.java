package dev.spore.kvm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class all of whose numeric constants are C macros or enumerators; a test compares each
 * with the compiler.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface CMacros {
  /** The headers to include, as written between {@code <>}. */
  String[] headers();

  /** What precedes the constant's name in C. */
  String prefix() default "";
}
