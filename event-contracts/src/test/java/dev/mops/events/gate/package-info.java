@NullMarked
package dev.mops.events.gate;

import org.jspecify.annotations.NullMarked;
