package dev.spore.kvm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks the offset of one member of a {@link CStruct}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface CField {
  /** The member's name; left out when it is the constant's name in lower case. */
  String value() default "";

  /** Size of the member in bytes. */
  int bytes();
}
