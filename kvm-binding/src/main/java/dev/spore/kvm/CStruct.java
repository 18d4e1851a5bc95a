package dev.spore.kvm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class whose constants describe one C structure; a test compares each with the compiler.
 *
 * <p>A constant named {@code SIZE} is {@code sizeof}; every other one carries {@link CField} and is
 * {@code offsetof}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface CStruct {
  /** The header that declares it, as written between {@code <>}. */
  String header();

  /** The type with its keyword, for example {@code struct kvm_run}. */
  String type();

  /** Prefix of every member, for a union arm: {@code "io."}. */
  String arm() default "";
}
