/** A random run of faults against the whole platform, and a checker of what it left behind that knows nothing of how it works. */
@NullMarked
package dev.mops.system.chaos;

import org.jspecify.annotations.NullMarked;
