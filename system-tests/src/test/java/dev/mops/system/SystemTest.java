package dev.mops.system;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test on the running platform. Its constructor takes the {@link Shop}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PlatformExtension.class)
@Tag("platform")
@interface SystemTest {

    /** The tag of a test that starts, kills or pauses processes: there are none to be seen where they run in containers. */
    String PROCESSES = "processes";
}
