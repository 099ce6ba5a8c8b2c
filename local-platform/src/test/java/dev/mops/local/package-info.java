@NullMarked
package dev.mops.local;

import org.jspecify.annotations.NullMarked;
